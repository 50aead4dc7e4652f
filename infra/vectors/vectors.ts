/**
 * An index from vectors to ids: PostgreSQL holds the texts, so an index can be thrown away and rebuilt. Every call names
 * the tenants it may see, and what they hold is all that is ranked. A collection or a tenant that is not there is empty.
 * An index on a server of its own rejects with `Failure('DEPENDENCY_UNAVAILABLE')` while that is away.
 */
export interface Vectors {
  open(): Promise<void>;
  close(): Promise<void>;
  /** Resolves while the index answers. */
  ping(): Promise<void>;
  /** Makes the collection and the tenants that are missing. Rejects before it stores anything when a vector has another length. */
  upsert(collection: Collection, items: VectorItem[]): Promise<void>;
  deleteBy(collection: Collection, by: Within): Promise<void>;
  /** Removes a collection with all that is in it. */
  drop(collection: Collection): Promise<void>;
  /** Nearest by cosine similarity, best first. */
  nearest(collection: Collection, query: Scope & { vector: Float32Array }): Promise<VectorHit[]>;
  /** Nearest to one item, or to the mean of a document's, without that item or that document; nothing where there is none. */
  similar(collection: Collection, query: Scope & { to: Subject }): Promise<VectorHit[]>;
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

export type Within = { tenant: string } | { tenant: string; documentId: string } | { tenant: string; ids: string[] };

export type Subject = { tenant: string; id: string } | { tenant: string; documentId: string };

/** What is ranked: all that the tenants hold, without these documents and items. */
export interface Scope {
  tenants: string[];
  limit: number;
  except?: { documentIds?: string[]; ids?: string[] };
}

/** `score` is the cosine similarity in [-1, 1]; compare it only within one collection. */
export interface VectorHit {
  id: string;
  documentId: string;
  score: number;
}
