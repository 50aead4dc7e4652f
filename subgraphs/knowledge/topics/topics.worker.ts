import { setImmediate } from 'node:timers/promises';
import type { SqlEntityManager } from '@mikro-orm/sql';
import { newId } from '../../../infra/id.ts';
import type { Collection } from '../../../infra/vectors/vectors.ts';
import type { JobContext } from '../../framework/context.ts';
import type { Ports } from '../../framework/subgraph.ts';
import { Document } from '../documents/document.entity.ts';
import { Passage } from '../passages/passage.entity.ts';
import { collectionOf, readableIndex } from '../vector-index/vector-indexes.ts';
import { clusterCentroids, nearestCentroid } from './k-means.ts';
import { TopicTerms } from './topic-terms.ts';
import { fingerprintsOf } from './topic-state.ts';

type TopicPorts = Pick<Ports, 'ai' | 'vectors'>;

/** The sample size for clustering; all other passages are assigned to the resulting centroids. */
const SAMPLE = 1_000;
const PASSAGES_AT_ONCE = 100;

interface Found {
  terms: string[];
  passageCount: number;
  /** The number of its passages by document. */
  documents: Map<string, number>;
}

/**
 * Computes the topics of a knowledge base, unless nothing has changed or documents are in progress: their completion
 * queues this job again.
 */
export async function computeTopics(
  { knowledgeBaseId }: { knowledgeBaseId: string },
  { em, signal }: JobContext,
  ports: TopicPorts,
): Promise<void> {
  const fingerprint = (await fingerprintsOf(em, [knowledgeBaseId])).get(knowledgeBaseId);
  if (!fingerprint || (await isKnown(em, knowledgeBaseId, fingerprint))) return;
  const index = await readableIndex(em.fork(), { model: ports.ai.embedding.model });
  const collection = index && collectionOf(index);
  // Without vectors of the current model, the earlier topics remain and are marked as stale.
  if (!collection) return;
  const topics = await findTopics(em, knowledgeBaseId, collection, { vectors: ports.vectors, signal });
  await store(em.fork(), knowledgeBaseId, fingerprint, topics);
}

async function isKnown(em: SqlEntityManager, knowledgeBaseId: string, fingerprint: string): Promise<boolean> {
  const [row] = await em.execute<unknown[]>(
    `select 1 from knowledge.topic_analysis where knowledge_base_id = ? and fingerprint = ?
     union all select 1 from knowledge.document where knowledge_base_id = ? and status in ('QUEUED', 'EXTRACTING', 'EMBEDDING', 'INDEXING') limit 1`,
    [knowledgeBaseId, fingerprint, knowledgeBaseId],
  );
  return row !== undefined;
}

async function findTopics(
  em: SqlEntityManager,
  knowledgeBaseId: string,
  collection: Collection,
  { vectors, signal }: Pick<Ports, 'vectors'> & { signal: AbortSignal },
): Promise<Found[]> {
  const sample = await sampleOf(vectors.scan(collection, knowledgeBaseId));
  const centroids = await clusterCentroids(sample, signal);
  const assigned = new Map<string, number>();
  for await (const { id, vector } of vectors.scan(collection, knowledgeBaseId)) assigned.set(id, nearestCentroid(vector, centroids).index);
  const terms = new TopicTerms(centroids.length);
  const documents = centroids.map(() => new Map<string, number>());
  for await (const { id, documentId, text } of passagesOf(em, knowledgeBaseId)) {
    signal.throwIfAborted();
    const index = assigned.get(id);
    if (index === undefined) continue;
    terms.add(index, text);
    documents[index]!.set(documentId, (documents[index]!.get(documentId) ?? 0) + 1);
  }
  const found: Found[] = [];
  for (const [index, own] of documents.entries()) {
    await setImmediate(undefined, { signal });
    found.push({ terms: terms.of(index), passageCount: [...own.values()].reduce((sum, count) => sum + count, 0), documents: own });
  }
  return found.filter(({ passageCount }) => passageCount > 0).sort((left, right) => right.passageCount - left.passageCount);
}

/** Samples the vectors evenly in one pass: whenever twice the wanted number is kept, every second one is dropped. */
async function sampleOf(items: AsyncIterable<{ vector: Float32Array }>): Promise<Float32Array[]> {
  let kept: Float32Array[] = [];
  let stride = 1;
  let index = 0;
  for await (const { vector } of items) {
    if (index++ % stride === 0) kept.push(vector);
    if (kept.length < 2 * SAMPLE) continue;
    kept = kept.filter((_, at) => at % 2 === 0);
    stride *= 2;
  }
  const step = Math.max(1, kept.length / SAMPLE);
  return Array.from({ length: Math.min(kept.length, SAMPLE) }, (_, at) => kept[Math.floor(at * step)]!);
}

async function* passagesOf(em: SqlEntityManager, knowledgeBaseId: string): AsyncIterable<Passage> {
  const ready = await em.fork().find(Document, { knowledgeBaseId, status: 'READY', duplicateOf: null }, { fields: ['id'] });
  for (const { id: documentId } of ready) {
    for (let from = 0; ; from += PASSAGES_AT_ONCE) {
      const position = { $gte: from, $lt: from + PASSAGES_AT_ONCE };
      const batch = await em.fork().find(Passage, { documentId, position });
      if (batch.length === 0) break;
      for (const passage of batch) {
        yield passage;
        await setImmediate();
      }
    }
  }
}

/** Replaces all topics, unless the knowledge base was deleted meanwhile; deleted documents are skipped. */
async function store(em: SqlEntityManager, knowledgeBaseId: string, fingerprint: string, topics: Found[]): Promise<void> {
  await em.transactional(async (inner) => {
    const [known] = await inner.execute<unknown[]>('select 1 from knowledge.knowledge_base where id = ? for share', [knowledgeBaseId]);
    if (!known) return;
    await inner.execute(
      `insert into knowledge.topic_analysis values (?, ?, now())
       on conflict (knowledge_base_id) do update set fingerprint = excluded.fingerprint, computed_at = excluded.computed_at`,
      [knowledgeBaseId, fingerprint],
    );
    await inner.execute('delete from knowledge.topic where knowledge_base_id = ?', [knowledgeBaseId]);
    for (const [position, { terms, passageCount, documents }] of topics.entries()) {
      const id = newId();
      const rows = [...documents].map(([document_id, passage_count]) => ({ document_id, passage_count }));
      await inner.execute(
        'insert into knowledge.topic select ?::uuid, ?::uuid, ?::int, array(select jsonb_array_elements_text(?::jsonb)), ?::int',
        [id, knowledgeBaseId, position, JSON.stringify(terms), passageCount],
      );
      await inner.execute(
        `insert into knowledge.topic_document select ?::uuid, r.document_id, r.passage_count
         from jsonb_to_recordset(?::jsonb) as r (document_id uuid, passage_count int)
         join (select id from knowledge.document where knowledge_base_id = ? for share) d on d.id = r.document_id`,
        [id, JSON.stringify(rows), knowledgeBaseId],
      );
    }
  });
}
