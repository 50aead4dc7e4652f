/**
 * An index from vectors and words to ids: PostgreSQL holds the texts, so an index can be thrown away and
 * rebuilt. Every call names the tenants it may see, and they filter before anything is ranked.
 */
export interface Vectors {
  open(): Promise<void>;
  close(): Promise<void>;
  /** Makes the collection for one vector space; the name holds model and dimensions. */
  ensure(collection: Collection): Promise<void>;
  upsert(collection: Collection, items: VectorItem[]): Promise<void>;
  deleteBy(collection: Collection, by: { ids: string[] } | { documentId: string } | { tenant: string }): Promise<number>;
  /** Nearest by cosine similarity, best first. */
  nearest(collection: Collection, query: { tenants: string[]; vector: Float32Array; limit: number }): Promise<VectorHit[]>;
  scan(collection: Collection, tenant: string): AsyncIterable<VectorItem>;
}

export interface Collection {
  name: string;
  dimensions: number;
}

/** `tenant` is the knowledge base. */
export interface VectorItem {
  id: string;
  tenant: string;
  documentId: string;
  vector: Float32Array;
}

/** `score` is the cosine similarity in [-1, 1]; compare it only within one collection. */
export interface VectorHit {
  id: string;
  score: number;
}
