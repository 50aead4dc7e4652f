/**
 * A vector and keyword index of ids. PostgreSQL stores the texts, so an index can be rebuilt. Every call names the tenants
 * that it may read, and only their items are ranked. A missing collection or tenant counts as empty. An index on a
 * separate server rejects with `Failure('DEPENDENCY_UNAVAILABLE')` while it is down.
 */
export interface Vectors {
  /** True if the index runs on a separate server, i.e. searching it does not load the database of the texts. */
  readonly isApart: boolean;
  /** Time in milliseconds after `put` during which an item may be missing from keyword search. */
  readonly wordsLateMs: number;
  open(): Promise<void>;
  close(): Promise<void>;
  /** Rejects if the index does not answer. */
  ping(): Promise<void>;
  /** Creates missing collections and tenants. Rejects before storing anything if a vector has the wrong dimension. */
  upsert(collection: Collection, items: IndexedItem[]): Promise<void>;
  deleteBy(collection: Collection, by: Within): Promise<void>;
  /** Deletes a collection and its items. */
  drop(collection: Collection): Promise<void>;
  /** Returns the nearest items by cosine similarity, best first. */
  nearest(collection: Collection, query: Scope & { vector: Float32Array }): Promise<Hit[]>;
  /**
   * Searches by keywords (BM25) and by vectors, `limit` items each, merged by `fuse`. Items without words are found by their
   * vectors only. Document frequencies may be per tenant, so keyword ranking over several tenants is approximate.
   */
  hybrid(collection: Collection, query: HybridQuery): Promise<HybridHit[]>;
  /** Returns the nearest items to an item or to the mean of a document, excluding the subject. Empty if it is missing. */
  similar(collection: Collection, query: Scope & { to: Subject }): Promise<Hit[]>;
  /** Iterates over all items of a tenant, unordered. */
  scan(collection: Collection, tenant: string): AsyncIterable<VectorItem>;
}

/** One vector space; vectors of different collections are not comparable. */
export interface Collection {
  name: string;
  dimensions: number;
}

/** `tenant` is the knowledge base; an id never changes its tenant. */
export interface VectorItem {
  id: string;
  tenant: string;
  documentId: string;
  vector: Float32Array;
}

export interface IndexedItem extends VectorItem {
  /** Terms for the keyword search, repeated by frequency. They are matched literally and contain no spaces. */
  words?: string[];
}

export type Within = { tenant: string } | { tenant: string; documentId: string } | { tenant: string; ids: string[] };

export type Subject = { tenant: string; id: string } | { tenant: string; documentId: string };

/** The items to rank: those of the tenants, without the excluded documents and items. */
export interface Scope {
  tenants: string[];
  limit: number;
  except?: { documentIds?: string[]; ids?: string[] };
}

export interface HybridQuery extends Scope {
  vector: Float32Array;
  words: string[];
  weights: Weights;
}

/** `score` is the cosine similarity in [-1, 1] or BM25, comparable only within one collection. */
export interface Hit {
  id: string;
  documentId: string;
  score: number;
}

/** `score` is comparable only within one result. Ranks start at 1 and are null if the method did not find the item. */
export interface HybridHit extends Hit {
  keywordRank: number | null;
  keywordScore: number | null;
  vectorRank: number | null;
  vectorScore: number | null;
}

/** Weight of each method. */
export interface Weights {
  keyword: number;
  vector: number;
}

/**
 * BM25: S. Robertson, H. Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009. `K1` controls term
 * frequency saturation and `B` length normalisation, with the usual values.
 */
export const BM25 = { K1: 1.2, B: 0.75 };

/** The rank constant of reciprocal rank fusion, with the value of the paper. */
const K = 60;

/**
 * Merges two rankings by rank, because their scores are not comparable: reciprocal rank fusion, G. Cormack,
 * C. Clarke, S. Büttcher, "Reciprocal Rank Fusion outperforms Condorcet and individual Rank Learning Methods", SIGIR 2009.
 */
export function fuse(keyword: Hit[], vector: Hit[], weights: Weights): HybridHit[] {
  const fused = new Map<string, HybridHit>();
  const entry = ({ id, documentId }: Hit): HybridHit => {
    const known = fused.get(id) ?? { id, documentId, score: 0, keywordRank: null, keywordScore: null, vectorRank: null, vectorScore: null };
    fused.set(id, known);
    return known;
  };
  keyword.forEach((each, index) => {
    const hit = entry(each);
    Object.assign(hit, { keywordRank: index + 1, keywordScore: each.score, score: hit.score + weights.keyword / (K + index + 1) });
  });
  vector.forEach((each, index) => {
    const hit = entry(each);
    Object.assign(hit, { vectorRank: index + 1, vectorScore: each.score, score: hit.score + weights.vector / (K + index + 1) });
  });
  return [...fused.values()].sort(byScore);
}

/** Sorts best first, with deterministic ties. */
export function byScore(left: Hit, right: Hit): number {
  return right.score - left.score || (left.id < right.id ? -1 : 1);
}
