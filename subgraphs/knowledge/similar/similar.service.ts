import type DataLoader from 'dataloader';
import type { Ai } from '../../../infra/ai/ai.ts';
import type { Graph } from '../../../infra/graph/graph.ts';
import type { Collection, Hit, Scope, Vectors } from '../../../infra/vectors/vectors.ts';
import { Failure } from '../../../schema/errors.ts';
import type { Context } from '../../framework/context.ts';
import type { Document } from '../documents/document.entity.ts';
import { documentsById } from '../documents/document.loader.ts';
import { ownIds } from '../ownership.ts';
import { queryVectors } from '../vector-index/vector-indexes.ts';
import { centroidOf } from '../vector-index/centroid.ts';
import { recentMessages, type Recent } from './recent-messages.ts';

/** Passages requested for each missing document, because several may be of the same one. */
const PASSAGES_OF_ONE = 8;
const ROUNDS = 6;
const MAX_TEXT = 1_000;

type Ask = (collection: Collection, scope: Scope) => Promise<Hit[]>;

/** Finds similar documents. Documents of other people are excluded before ranking. */
export class SimilarService {
  readonly #ai: Ai;
  readonly #vectors: Vectors;
  readonly #recent: (context: Context) => DataLoader<string, Recent>;

  constructor({ ai, graph, vectors }: { ai: Ai; graph: Graph; vectors: Vectors }) {
    this.#ai = ai;
    this.#vectors = vectors;
    this.#recent = recentMessages(graph);
  }

  /** Finds documents near the centroid of the document's passages; a duplicate uses those of its original. */
  async toDocument(
    context: Context,
    document: Pick<Document, 'id' | 'knowledgeBaseId' | 'duplicateOf'>,
    first: number,
  ): Promise<Document[]> {
    const to = { tenant: document.knowledgeBaseId, documentId: document.duplicateOf ?? document.id };
    return this.#nearest(context, first, [], (collection, scope) => this.#vectors.similar(collection, { ...scope, to }));
  }

  /** Finds documents near the centroid of the last messages, without cited ones. */
  async toConversation(context: Context, conversationId: string, first: number): Promise<Document[]> {
    const { texts, citedIds } = await this.#recent(context).load(conversationId);
    if (texts.length === 0) return [];
    try {
      const vector = centroidOf(await this.#ai.embed(texts.map((text) => text.slice(0, MAX_TEXT))))!;
      return await this.#nearest(context, first, citedIds, async (collection, scope) =>
        collection.dimensions === vector.length ? this.#vectors.nearest(collection, { ...scope, vector }) : [],
      );
    } catch (error) {
      // Suggestions are optional; the conversation must load without them.
      if (!(error instanceof Failure && error.retryable)) throw error;
      context.log.warn({ code: error.code }, 'a conversation got no suggestions');
      return [];
    }
  }

  /** Returns the documents of the nearest passages, each once, nearest first. */
  async #nearest(context: Context, first: number, exceptIds: string[], ask: Ask): Promise<Document[]> {
    const tenants = await ownIds(context);
    if (tenants.length === 0) return [];
    const ids: string[] = [];
    for (let round = 0; round < ROUNDS && ids.length < first; round += 1) {
      const scope = { tenants, limit: (first - ids.length) * PASSAGES_OF_ONE, except: { documentIds: [...exceptIds, ...ids] } };
      const hits = await queryVectors(context.em.fork(), { model: this.#ai.embedding.model }, (collection) => ask(collection, scope));
      ids.push(...new Set(hits.map(({ documentId }) => documentId)));
      if (hits.length < scope.limit) break;
    }
    const found = await Promise.all(ids.slice(0, first).map((id) => documentsById(context).load(id)));
    // Checks the rows again, because an index may lag behind.
    return found.filter((document): document is Document => document?.status === 'READY' && tenants.includes(document.knowledgeBaseId));
  }
}
