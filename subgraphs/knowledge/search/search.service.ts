import type { SqlEntityManager } from '@mikro-orm/sql';
import type { Ai } from '../../../infra/ai/ai.ts';
import type { Queue } from '../../../infra/queue/queue.ts';
import type { Vectors } from '../../../infra/vectors/vectors.ts';
import { Failure } from '../../../schema/errors.ts';
import { pageSize } from '../../connection.ts';
import type { Context } from '../../context.ts';
import { Document, SEARCHABLE } from '../document.entity.ts';
import { searchKeywords } from './keyword-search.ts';
import { marksOf } from './marks.ts';
import { ownIds, ownKnowledgeBase } from '../ownership.ts';
import { Passage } from '../passage.entity.ts';
import { renewSpace } from '../reindex/index-watch.ts';
import { SearchMode, type SearchHit, type SearchKnowledgeInput } from '../passage.type.ts';
import { fuse, spread, type Fused, type Ranked } from './rank.ts';
import { askVectors } from './vector-search.ts';
import { questionTerms } from './words.ts';

const MAX_QUERY = 1_000;
/** So deep that the cap on one document still finds others. Deeper places hardly change the first ones of the joined list. */
const DEPTH = 150;
/** At most this part of a result comes from one document while others have something. */
const SHARE_OF_ONE = 0.5;
/** How far each way is trusted. Shared letters are weaker evidence than words: measured by tests/bench/retrieval.bench.ts. */
const WEIGHTS = { model: { keyword: 1, vector: 1 }, builtin: { keyword: 1, vector: 0.4 } };

export interface Question {
  query: string;
  /** Already known to be the viewer's. */
  knowledgeBaseIds: string[];
  mode: SearchMode;
  first: number;
}

export class SearchService {
  constructor(
    private readonly ai: Ai,
    private readonly vectors: Vectors,
    private readonly queue: Queue,
  ) {}

  /** `searchKnowledge`: everything named must be the viewer's. */
  async search(context: Context, input: SearchKnowledgeInput): Promise<SearchHit[]> {
    const query = input.query.trim();
    if (query === '' || query.length > MAX_QUERY)
      throw new Failure('BAD_USER_INPUT', { reason: `\`query\` has 1 to ${MAX_QUERY} characters.`, field: 'query' });
    const first = pageSize({ first: input.first ?? 10 });
    return this.find(context, {
      query,
      knowledgeBaseIds: await this.#scope(context, input.knowledgeBaseIds),
      mode: input.mode ?? SearchMode.HYBRID,
      first,
    });
  }

  /** The passages that answer a question best; of a very long one, the beginning is asked. */
  async find(context: Context, { query, knowledgeBaseIds, mode, first }: Question): Promise<SearchHit[]> {
    if (knowledgeBaseIds.length === 0) return [];
    const text = query.slice(0, MAX_QUERY);
    const terms = questionTerms(text);
    const em = context.em.fork();
    const [keyword, vector] = await Promise.all([
      mode === SearchMode.VECTOR ? [] : searchKeywords(context, { knowledgeBaseIds, terms, limit: depthFor(first) }),
      mode === SearchMode.KEYWORD ? [] : this.#nearest(context, { query: text, knowledgeBaseIds, mode, first }),
    ]);
    const fused = fuse(keyword, vector, this.ai.embedding.builtin ? WEIGHTS.builtin : WEIGHTS.model);
    const hits = await withPassages(em, fused, knowledgeBaseIds);
    const own = new Set(terms);
    return spread(hits, first, Math.max(2, Math.ceil(first * SHARE_OF_ONE))).map(({ passage, ...hit }) => ({
      ...hit,
      passage,
      marks: marksOf(passage.text, own),
    }));
  }

  async #scope(context: Context, ids: string[] | null | undefined): Promise<string[]> {
    if (ids) return Promise.all([...new Set(ids)].map(async (id) => (await ownKnowledgeBase(id, context)).id));
    return ownIds(context);
  }

  async #nearest({ em, log }: Context, { query, knowledgeBaseIds, mode, first }: Question): Promise<Ranked[]> {
    try {
      const [vector] = await this.ai.embed([query]);
      const space = { model: this.ai.embedding.model, dimensions: vector!.length };
      const scope = { tenants: knowledgeBaseIds, limit: depthFor(first) };
      const hits = await askVectors(em.fork(), space, (collection) => this.vectors.nearest(collection, { ...scope, vector: vector! }));
      if (hits.length === 0) await renewSpace(em.fork(), this.queue, space);
      return hits;
    } catch (error) {
      // While a provider is down, words still find something.
      if (mode === SearchMode.VECTOR || !(error instanceof Failure && error.retryable)) throw error;
      log.warn({ code: error.code }, 'a search went on without vectors');
      return [];
    }
  }
}

interface Found extends Fused {
  passage: Passage;
  documentId: string;
  text: string;
}

/** Again by knowledge base: an index may lag behind, the rows do not. */
async function withPassages(em: SqlEntityManager, fused: Fused[], knowledgeBaseIds: string[]): Promise<Found[]> {
  const passages = await em.find(Passage, { id: { $in: fused.map(({ id }) => id) }, knowledgeBaseId: { $in: knowledgeBaseIds } });
  const documents = await em.find(
    Document,
    { id: { $in: [...new Set(passages.map(({ documentId }) => documentId))] }, status: { $in: SEARCHABLE } },
    { fields: ['id'] },
  );
  const searchable = new Set(documents.map(({ id }) => id));
  const byId = new Map(passages.filter(({ documentId }) => searchable.has(documentId)).map((passage) => [passage.id, passage]));
  return fused.flatMap((hit) => {
    const passage = byId.get(hit.id);
    return passage ? [{ ...hit, passage, documentId: passage.documentId, text: passage.text }] : [];
  });
}

function depthFor(first: number): number {
  return Math.max(DEPTH, first * 2);
}
