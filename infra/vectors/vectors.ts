/**
 * An index from words and vectors to ids: PostgreSQL holds the texts, so an index can be thrown away and rebuilt. Every call
 * names the tenants it may see, and what they hold is all that is ranked. A collection or a tenant that is not there is empty.
 * An index on a server of its own rejects with `Failure('DEPENDENCY_UNAVAILABLE')` while that is away.
 */
export interface Vectors {
  /** True of a server of its own, which can take questions off the database that holds the texts. */
  readonly isApart: boolean;
  /** So long after it was put, `hybrid` may still miss an item by its words. */
  readonly wordsLateMs: number;
  open(): Promise<void>;
  close(): Promise<void>;
  /** Resolves while the index answers. */
  ping(): Promise<void>;
  /** Makes the collection and the tenants that are missing. Rejects before it stores anything when a vector has another length. */
  upsert(collection: Collection, items: IndexedItem[]): Promise<void>;
  deleteBy(collection: Collection, by: Within): Promise<void>;
  /** Removes a collection with all that is in it. */
  drop(collection: Collection): Promise<void>;
  /** Nearest by cosine similarity, best first. */
  nearest(collection: Collection, query: Scope & { vector: Float32Array }): Promise<Hit[]>;
  /**
   * By words (BM25) and by vectors, each `limit` deep, joined by `fuse`. Items put without words are found by their vectors
   * alone. How much a word tells may be counted in each tenant by itself: of several, the ranking by words is a rougher one.
   */
  hybrid(collection: Collection, query: HybridQuery): Promise<HybridHit[]>;
  /** Nearest to one item, or to the mean of a document's, without that item or that document; nothing where there is none. */
  similar(collection: Collection, query: Scope & { to: Subject }): Promise<Hit[]>;
  /** Everything of a tenant, in no order. */
  scan(collection: Collection, tenant: string): AsyncIterable<VectorItem>;
}

/** One vector space: vectors are compared with each other and with no others. */
export interface Collection {
  name: string;
  dimensions: number;
}

/** `tenant` is the knowledge base; an id stays in its tenant. */
export interface VectorItem {
  id: string;
  tenant: string;
  documentId: string;
  vector: Float32Array;
}

export interface IndexedItem extends VectorItem {
  /** What it is found by beside its vector, each as often as it counts; they are compared as they are, and hold no space. */
  words?: string[];
}

export type Within = { tenant: string } | { tenant: string; documentId: string } | { tenant: string; ids: string[] };

export type Subject = { tenant: string; id: string } | { tenant: string; documentId: string };

/** What is ranked: all that the tenants hold, without these documents and items. */
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

/** In a list of its ranking. `score` is the cosine similarity in [-1, 1], or BM25; compare it only within one collection. */
export interface Hit {
  id: string;
  documentId: string;
  score: number;
}

/** `score` orders one list and means nothing outside of it. Ranks are from 1, and null where that way did not find the item. */
export interface HybridHit extends Hit {
  keywordRank: number | null;
  keywordScore: number | null;
  vectorRank: number | null;
  vectorScore: number | null;
}

/** How far each way is trusted. */
export interface Weights {
  keyword: number;
  vector: number;
}

/**
 * BM25: S. Robertson, H. Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009. `K1` says how quickly more
 * of the same word stops to matter, `B` how much long items are held back; the usual values.
 */
export const BM25 = { K1: 1.2, B: 0.75 };

/** Damps the first places: with 60, ten agreeing middle places beat one lonely first. The value of the paper. */
const K = 60;

/**
 * Joins two rankings by their places alone, because their scores cannot be compared: reciprocal rank fusion, G. Cormack,
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

/** Best first; equals always alike. */
export function byScore(left: Hit, right: Hit): number {
  return right.score - left.score || (left.id < right.id ? -1 : 1);
}
