import { createHash } from 'node:crypto';
import weaviate, { ApiKey, Filters, type Collection as Space, type FilterValue, type WeaviateClient } from 'weaviate-client';
import { Failure } from '../../schema/errors.ts';
import { assertLengths, MEAN_OF, meanOf, without } from './subject.ts';
import {
  BM25,
  byScore,
  fuse,
  type Collection,
  type Hit,
  type HybridHit,
  type HybridQuery,
  type IndexedItem,
  type Scope,
  type Subject,
  type VectorItem,
  type Vectors,
  type Within,
} from './vectors.ts';

export interface WeaviateAddress {
  url: string;
  /** On the same host. */
  grpcPort: number;
  apiKey: string | undefined;
  /** Timeout of a request, in seconds. */
  timeout?: typeof TIMEOUT;
}

/** Properties of an object besides its vector. */
type Kept = { documentId: string; words: string };

/** Properties to read. */
const DOCUMENT: ['documentId'] = ['documentId'];
/** Words joined by spaces. */
const WORDS = { name: 'words', dataType: 'text', tokenization: 'whitespace', indexFilterable: false, indexSearchable: true } as const;
/** One object per request: with more, the client (3.14) polls its queue only every half second. */
const INSERTS_AT_ONCE = 16;
/** Objects per response: a vector of 3,072 dimensions takes 12 kB, and gRPC messages are limited to 10 MB. */
const PAGE = 200;
/** Weaviate deletes at most 10,000 objects at once, and a filter should have at most 1,000 ids. */
const DELETE_BATCH = 1_000;
/** Concurrent requests: a search takes one per tenant. */
const TENANTS_AT_ONCE = 8;
/**
 * While words are only in Weaviate's memory, its search (BlockMax WAND, 1.35) skips most of them once it has enough hits.
 * They are flushed to disk after a minute.
 */
const FLUSHED_MS = 120_000;
const TIMEOUT = { init: 5, query: 3, insert: 60 };

/** Weaviate, with one collection per vector space and one Weaviate tenant per tenant. */
export class WeaviateVectors implements Vectors {
  readonly isApart = true;
  readonly wordsLateMs = FLUSHED_MS;
  readonly #address: WeaviateAddress;
  readonly #ready = new Map<string, Promise<void>>();
  #client: WeaviateClient | undefined;

  constructor(address: WeaviateAddress) {
    this.#address = address;
  }

  /** Checks HTTP and gRPC. Rejects if either fails or the server is not ready. */
  async open(): Promise<void> {
    if (this.#client) return;
    const { url, grpcPort, apiKey, timeout = TIMEOUT } = this.#address;
    const { protocol, hostname, port, pathname } = new URL(url);
    const secure = protocol === 'https:';
    const client = await weaviate.connectToCustom({
      httpHost: hostname,
      httpPort: port ? Number(port) : secure ? 443 : 80,
      httpPath: pathname.replace(/\/+$/, ''),
      httpSecure: secure,
      grpcHost: hostname,
      grpcPort,
      grpcSecure: secure,
      timeout,
      ...(apiKey ? { authCredentials: new ApiKey(apiKey) } : {}),
    });
    if (!(await client.isReady())) {
      await client.close();
      throw away();
    }
    this.#client = client;
  }

  async close(): Promise<void> {
    await this.#client?.close();
    this.#client = undefined;
    this.#ready.clear();
  }

  async ping(): Promise<void> {
    // Returns false without a reason.
    if (!(await this.#client?.isReady())) throw away();
  }

  async upsert(collection: Collection, items: IndexedItem[]): Promise<void> {
    assertLengths(
      collection,
      items.map(({ vector }) => vector),
    );
    const name = nameOf(collection);
    await this.#ensure(name);
    for (let from = 0; from < items.length; from += INSERTS_AT_ONCE)
      await Promise.all(items.slice(from, from + INSERTS_AT_ONCE).map((item) => this.#insert(name, item)));
  }

  async deleteBy(collection: Collection, by: Within): Promise<void> {
    const space = this.#space(collection, by.tenant);
    if ('documentId' in by) return this.#delete(space, space.filter.byProperty('documentId').equal(by.documentId));
    if (!('ids' in by)) return this.#asking(() => this.#space(collection).tenants.remove(by.tenant), undefined);
    for (let from = 0; from < by.ids.length; from += DELETE_BATCH) {
      await this.#delete(space, space.filter.byId().containsAny(by.ids.slice(from, from + DELETE_BATCH)));
    }
  }

  async drop(collection: Collection): Promise<void> {
    const name = nameOf(collection);
    await this.#asking(() => this.#use().collections.delete(name), undefined);
    this.#ready.delete(name);
  }

  async nearest(collection: Collection, query: Scope & { vector: Float32Array }): Promise<Hit[]> {
    assertLengths(collection, [query.vector]);
    return this.#ofAll(collection, query, (space) => this.#nearestOf(space, query));
  }

  async hybrid(collection: Collection, query: HybridQuery): Promise<HybridHit[]> {
    const [keyword, vector] = await Promise.all([
      query.words.length > 0 ? this.#ofAll(collection, query, (space) => this.#holdingOf(space, query)) : [],
      this.nearest(collection, query),
    ]);
    return fuse(keyword, vector, query.weights).slice(0, query.limit);
  }

  async similar(collection: Collection, query: Scope & { to: Subject }): Promise<Hit[]> {
    const vector = await this.#vectorOf(this.#space(collection, query.to.tenant), query.to);
    return vector ? this.nearest(collection, { ...without(query, query.to), vector }) : [];
  }

  async *scan(collection: Collection, tenant: string): AsyncIterable<VectorItem> {
    const space = this.#space(collection, tenant);
    for (let after: string | undefined; ;) {
      const page = { limit: PAGE, includeVector: true, returnProperties: DOCUMENT, ...(after ? { after } : {}) };
      const objects = await this.#asking(async () => (await space.query.fetchObjects(page)).objects, []);
      for (const { uuid, properties, vectors } of objects) {
        yield { id: uuid, tenant, documentId: properties.documentId, vector: Float32Array.from(vectors['default'] as number[]) };
      }
      if (objects.length < PAGE) return;
      after = objects.at(-1)!.uuid;
    }
  }

  /** Merges the best hits of all tenants, each of which takes a request. */
  async #ofAll(collection: Collection, { tenants, limit }: Scope, ask: (space: Space<Kept>) => Promise<Hit[]>): Promise<Hit[]> {
    const hits: Hit[] = [];
    for (let from = 0; from < tenants.length; from += TENANTS_AT_ONCE) {
      const some = tenants.slice(from, from + TENANTS_AT_ONCE);
      hits.push(...(await Promise.all(some.map((tenant) => ask(this.#space(collection, tenant))))).flat());
    }
    return hits.sort(byScore).slice(0, limit);
  }

  async #nearestOf(space: Space<Kept>, { vector, ...scope }: Scope & { vector: Float32Array }): Promise<Hit[]> {
    const options = { ...within(space, scope), returnMetadata: ['distance'] as ['distance'] };
    const objects = await this.#asking(async () => (await space.query.nearVector(Array.from(vector), options)).objects, []);
    return objects.map(({ uuid, properties: { documentId }, metadata }) => ({ id: uuid, documentId, score: 1 - metadata!.distance! }));
  }

  async #holdingOf(space: Space<Kept>, { words, ...scope }: Scope & { words: string[] }): Promise<Hit[]> {
    const options = { ...within(space, scope), queryProperties: ['words'] as ['words'], returnMetadata: ['score'] as ['score'] };
    const objects = await this.#asking(async () => (await space.query.bm25(words.join(' '), options)).objects, []);
    // Weaviate omits a constant factor.
    return objects.map(({ uuid, properties: { documentId }, metadata }) => ({
      id: uuid,
      documentId,
      score: metadata!.score! * (BM25.K1 + 1),
    }));
  }

  async #vectorOf(space: Space<Kept>, of: Subject): Promise<Float32Array | null> {
    const filters = 'id' in of ? space.filter.byId().equal(of.id) : space.filter.byProperty('documentId').equal(of.documentId);
    const page = { filters, limit: MEAN_OF, includeVector: true, returnProperties: [] };
    const objects = await this.#asking(async () => (await space.query.fetchObjects(page)).objects, []);
    return meanOf(objects.map(({ vectors }) => vectors['default'] as number[]));
  }

  async #insert(name: string, { id, tenant, documentId, vector, words = [] }: IndexedItem): Promise<void> {
    const object = { id, properties: { documentId, words: words.join(' ') }, vectors: Array.from(vector) };
    const space = this.#use().collections.get<Kept>(name).withTenant(tenant);
    try {
      const { hasErrors, errors } = await this.#asking(() => space.data.insertMany([object]));
      if (hasErrors) throw new Error(`Weaviate rejected a vector: ${errors[0]?.message}`);
    } catch (error) {
      // Another process may have dropped the collection; the next attempt checks again.
      this.#ready.delete(name);
      throw error;
    }
  }

  async #delete(space: Space<Kept>, where: FilterValue): Promise<void> {
    for (;;) {
      const deleted = await this.#asking(() => space.data.deleteMany(where), null);
      if (deleted?.failed) throw new Error(`Weaviate could not delete ${deleted.failed} vectors.`);
      if (!deleted?.successful) return;
    }
  }

  async #ensure(name: string): Promise<void> {
    let ready = this.#ready.get(name);
    if (!ready) {
      ready = this.#asking(() => this.#create(name));
      this.#ready.set(name, ready);
      ready.catch(() => this.#ready.delete(name));
    }
    await ready;
  }

  async #create(name: string): Promise<void> {
    const { collections } = this.#use();
    if (await collections.exists(name)) return this.#addWords(name);
    const { configure } = weaviate;
    try {
      await collections.create<Kept>({
        name,
        multiTenancy: configure.multiTenancy({ enabled: true, autoTenantCreation: true, autoTenantActivation: true }),
        properties: [{ name: 'documentId', dataType: 'uuid' }, WORDS],
        // Stop words are removed by the caller.
        invertedIndex: configure.invertedIndex({ stopwordsPreset: 'none', bm25k1: BM25.K1, bm25b: BM25.B }),
        vectorizers: configure.vectors.selfProvided({ vectorIndexConfig: configure.vectorIndex.hnsw({ distanceMetric: 'cosine' }) }),
      });
    } catch (error) {
      // Another process may have created it concurrently.
      if (!(await collections.exists(name))) throw error;
    }
  }

  /** Adds the properties to a collection of an earlier version. */
  async #addWords(name: string): Promise<void> {
    const { config } = this.#use().collections.get<Kept>(name);
    const hasWords = async () => (await config.get()).properties.some((property) => property.name === WORDS.name);
    if (await hasWords()) return;
    await config.addProperty(WORDS).catch(async (error: unknown) => {
      // Another process may have created it concurrently.
      if (!(await hasWords())) throw error;
    });
  }

  #space(collection: Collection, tenant?: string): Space<Kept> {
    const space = this.#use().collections.get<Kept>(nameOf(collection));
    return tenant === undefined ? space : space.withTenant(tenant);
  }

  #use(): WeaviateClient {
    if (!this.#client) throw new Error('The vector index is not open.');
    return this.#client;
  }

  /** Returns `nothing` if the collection or tenant does not exist. */
  async #asking<T, Nothing = never>(ask: () => Promise<T>, ...nothing: [Nothing?]): Promise<T | Nothing> {
    try {
      return await ask();
    } catch (cause) {
      if (nothing.length > 0 && isMissing(cause)) return nothing[0] as Nothing;
      throw isUnreachable(cause) ? away(cause) : cause;
    }
  }
}

function away(cause?: unknown): Failure {
  return new Failure('DEPENDENCY_UNAVAILABLE', { reason: 'The vector index does not answer.' }, { cause });
}

/** Matches gRPC's status in the message, and fetch's messages. */
function isUnreachable(error: unknown): boolean {
  return /\b(UNAVAILABLE|DEADLINE_EXCEEDED|CANCELLED)\b|fetch failed|ECONN|timed? ?out/i.test((error as Error).message);
}

function isMissing(error: unknown): boolean {
  return /could not find class|class not found|tenant not found/.test((error as Error).message);
}

/** Query options of a scope. */
function within(space: Space<Kept>, { limit, except }: Pick<Scope, 'limit' | 'except'>) {
  const { documentIds = [], ids = [] } = except ?? {};
  const conditions: FilterValue[] = [];
  if (documentIds.length > 0) conditions.push(Filters.not(space.filter.byProperty('documentId').containsAny(documentIds)));
  if (ids.length > 0) conditions.push(Filters.not(space.filter.byId().containsAny(ids)));
  return { limit, returnProperties: DOCUMENT, ...(conditions.length > 0 ? { filters: Filters.and(...conditions) } : {}) };
}

/** Returns a readable name; the hash distinguishes names that differ only in replaced characters. */
function nameOf({ name, dimensions }: Collection): string {
  const readable = name.replace(/[^A-Za-z0-9]+/g, '_').slice(0, 60);
  const hash = createHash('sha256').update(`${name}/${dimensions}`).digest('hex').slice(0, 8);
  return `Parley_${readable}_${hash}`;
}
