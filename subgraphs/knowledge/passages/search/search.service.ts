import type { SqlEntityManager } from '@mikro-orm/sql';
import type { Ai } from '../../../../infra/ai/ai.ts';
import type { Queue } from '../../../../infra/queue/queue.ts';
import { fuse, type Hit, type HybridHit, type Vectors, type Weights } from '../../../../infra/vectors/vectors.ts';
import { Failure } from '../../../../schema/errors.ts';
import { pageSize } from '../../../framework/connection.ts';
import type { Context } from '../../../framework/context.ts';
import { Document, SEARCHABLE } from '../../documents/document.entity.ts';
import { searchKeywords } from './keyword-search.ts';
import { marksOf } from './marks.ts';
import { ownIds, ownKnowledgeBase } from '../../ownership.ts';
import { Passage } from '../passage.entity.ts';
import { renewSpace } from '../../vector-index/index-watch.ts';
import { queryVectors, collectionOf, holdsAll, readableIndex, type Space } from '../../vector-index/vector-indexes.ts';
import { SearchMode, type SearchHit, type SearchKnowledgeInput } from '../passage.type.ts';
import { diversify } from './diversify.ts';
import { questionTerms } from './words.ts';

const MAX_QUERY = 1_000;
/**
 * The hits fetched from each ranking, enough for other documents after the cap on one. Lower ranks hardly affect the
 * fused list.
 */
const DEPTH = 150;
/** The maximum share of a result from one document while others have hits. */
const SHARE_OF_ONE = 0.5;
/**
 * The weight of each ranking in the fusion. The built-in embedding compares letters and is weaker evidence than words:
 * measured by tests/bench/retrieval.bench.ts.
 */
const WEIGHTS = { model: { keyword: 1, vector: 1 }, builtin: { keyword: 1, vector: 0.4 } };

export interface Question {
  query: string;
  /** The ids are checked to be the viewer's. */
  knowledgeBaseIds: string[];
  mode: SearchMode;
  first: number;
}

interface Asked extends Omit<Question, 'query' | 'first'> {
  text: string;
  terms: string[];
  /** The maximum hits of each ranking. */
  limit: number;
}

export class SearchService {
  readonly #ai: Ai;
  readonly #vectors: Vectors;
  readonly #queue: Queue;

  constructor(ai: Ai, vectors: Vectors, queue: Queue) {
    this.#ai = ai;
    this.#vectors = vectors;
    this.#queue = queue;
  }

  /** Searches for `searchKnowledge`. Throws `NOT_FOUND` if an id is not the viewer's. */
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

  /** Finds the passages that answer a question best; a very long question is truncated. */
  async find(context: Context, { query, first, ...question }: Question): Promise<SearchHit[]> {
    if (question.knowledgeBaseIds.length === 0) return [];
    const text = query.slice(0, MAX_QUERY);
    const terms = questionTerms(text);
    const ranked = await this.#rank(context, { ...question, text, terms, limit: Math.max(DEPTH, first * 2) });
    const hits = await withPassages(context.em.fork(), ranked, question.knowledgeBaseIds);
    const own = new Set(terms);
    return diversify(hits, first, Math.max(2, Math.ceil(first * SHARE_OF_ONE))).map(({ passage, ...hit }) => ({
      ...hit,
      passage,
      marks: marksOf(passage.text, own),
    }));
  }

  async #scope(context: Context, ids: string[] | null | undefined): Promise<string[]> {
    if (ids) return Promise.all([...new Set(ids)].map(async (id) => (await ownKnowledgeBase(id, context)).id));
    return ownIds(context);
  }

  async #rank(context: Context, asked: Asked): Promise<HybridHit[]> {
    if (asked.mode === SearchMode.KEYWORD) return fuse(await searchKeywords(context, asked), [], this.#weights);
    if (asked.mode === SearchMode.VECTOR) return fuse([], await this.#nearest(context, asked), this.#weights);
    try {
      return (await this.#askIndex(context, asked)) ?? (await this.#join(context, asked));
    } catch (error) {
      // Without the provider, keyword search still works.
      if (!(error instanceof Failure && (error.retryable || isProviders(error)))) throw error;
      context.log.warn({ code: error.code }, 'a search went on without vectors');
      return fuse(await searchKeywords(context, asked), [], this.#weights);
    }
  }

  /**
   * Runs both rankings in an index on a server of its own, which is faster for words in large knowledge bases. Returns
   * null if the index is incomplete, or for several knowledge bases, which it would rank less well.
   */
  async #askIndex({ em }: Context, { text, terms, knowledgeBaseIds, limit }: Asked): Promise<HybridHit[] | null> {
    const [knowledgeBaseId, ...others] = knowledgeBaseIds;
    if (!this.#vectors.isApart || others.length > 0) return null;
    const { vector, space } = await this.#embed(text);
    const index = await readableIndex(em.fork(), space);
    if (!index || !(await holdsAll(em.fork(), index, knowledgeBaseId!, this.#vectors.wordsLateMs))) return null;
    const question = { tenants: knowledgeBaseIds, limit, vector, words: terms, weights: this.#weights };
    const hits = await this.#vectors.hybrid(collectionOf(index)!, question);
    // Another index may have replaced it meanwhile.
    return hits.length > 0 ? hits : null;
  }

  /** Runs both rankings, with the words in the database. */
  async #join(context: Context, asked: Asked): Promise<HybridHit[]> {
    const [keyword, vector] = await Promise.all([searchKeywords(context, asked), this.#nearest(context, asked)]);
    return fuse(keyword, vector, this.#weights);
  }

  async #nearest({ em }: Context, { text, knowledgeBaseIds: tenants, limit }: Asked): Promise<Hit[]> {
    const { vector, space } = await this.#embed(text);
    const hits = await queryVectors(em.fork(), space, (collection) => this.#vectors.nearest(collection, { tenants, limit, vector }));
    if (hits.length === 0) await renewSpace(em.fork(), this.#queue, space);
    return hits;
  }

  async #embed(text: string): Promise<{ vector: Float32Array; space: Required<Space> }> {
    const [vector] = await this.#ai.embed([text]);
    return { vector: vector!, space: { model: this.#ai.embedding.model, dimensions: vector!.length } };
  }

  get #weights(): Weights {
    return this.#ai.embedding.builtin ? WEIGHTS.builtin : WEIGHTS.model;
  }
}

interface Found extends HybridHit {
  passage: Passage;
  text: string;
}

/** Filters by knowledge base again, because an index may lag behind the rows. */
async function withPassages(em: SqlEntityManager, ranked: HybridHit[], knowledgeBaseIds: string[]): Promise<Found[]> {
  const passages = await em.find(Passage, { id: { $in: ranked.map(({ id }) => id) }, knowledgeBaseId: { $in: knowledgeBaseIds } });
  const documents = await em.find(
    Document,
    { id: { $in: [...new Set(passages.map(({ documentId }) => documentId))] }, status: { $in: SEARCHABLE } },
    { fields: ['id'] },
  );
  const searchable = new Set(documents.map(({ id }) => id));
  const byId = new Map(passages.filter(({ documentId }) => searchable.has(documentId)).map((passage) => [passage.id, passage]));
  return ranked.flatMap((hit) => {
    const passage = byId.get(hit.id);
    return passage ? [{ ...hit, passage, text: passage.text }] : [];
  });
}

function isProviders({ code }: Failure): boolean {
  return code.startsWith('PROVIDER_') || code === 'EMBEDDING_REFUSED' || code === 'MODEL_NOT_FOUND' || code === 'CONTEXT_TOO_LONG';
}
