import { createHash } from 'node:crypto';
import weaviate, { ApiKey, Filters, type Collection as Space, type FilterValue, type WeaviateClient } from 'weaviate-client';
import { Failure } from '../../schema/errors.ts';
import type { Collection, VectorHit, VectorItem, Vectors } from './vectors.ts';

export interface WeaviateAddress {
  url: string;
  /** Of the same host. */
  grpcPort: number;
  apiKey: string | undefined;
}

/** What an object holds beside its vector. Reading on from a `position` is possible, from an id it is not. */
type Kept = { tenant: string; documentId: string; position: number };

/** A text that is compared as a whole. */
const WORD = { dataType: 'text', tokenization: 'field', indexSearchable: false } as const;
/** Objects in one request; a vector of 3,072 dimensions takes 12 kB, and Weaviate takes 10 MB. */
const BATCH = 200;
/** Weaviate deletes no more than 10,000 objects at once, and a filter should not name more than a thousand ids. */
const DELETE_BATCH = 1_000;
/** Seconds. */
const TIMEOUTS = { init: 5, query: 10, insert: 60 };

/**
 * Weaviate: a collection for each vector space. The tenant is a filtered property and not Weaviate's own tenancy,
 * because one question goes to several tenants at once and a vector put again may change its tenant.
 */
export class WeaviateVectors implements Vectors {
  readonly #address: WeaviateAddress;
  readonly #ready = new Map<string, Promise<void>>();
  #client: WeaviateClient | undefined;

  constructor(address: WeaviateAddress) {
    this.#address = address;
  }

  /** Checks both protocols; rejects when one of them is not answered. */
  async open(): Promise<void> {
    if (this.#client) return;
    const { url, grpcPort, apiKey } = this.#address;
    const { protocol, hostname, port, pathname } = new URL(url);
    const secure = protocol === 'https:';
    this.#client = await weaviate.connectToCustom({
      httpHost: hostname,
      httpPort: port ? Number(port) : secure ? 443 : 80,
      httpPath: pathname.replace(/\/+$/, ''),
      httpSecure: secure,
      grpcHost: hostname,
      grpcPort,
      grpcSecure: secure,
      timeout: TIMEOUTS,
      ...(apiKey ? { authCredentials: new ApiKey(apiKey) } : {}),
    });
  }

  async close(): Promise<void> {
    await this.#client?.close();
    this.#client = undefined;
    this.#ready.clear();
  }

  async ensure(collection: Collection): Promise<void> {
    const name = nameOf(collection);
    let ready = this.#ready.get(name);
    if (!ready) {
      ready = this.#asking(() => this.#create(name));
      this.#ready.set(name, ready);
      ready.catch(() => this.#ready.delete(name));
    }
    await ready;
  }

  async upsert(collection: Collection, items: VectorItem[]): Promise<void> {
    const space = await this.#space(collection);
    for (let from = 0; from < items.length; from += BATCH) {
      const objects = items.slice(from, from + BATCH).map(({ id, tenant, documentId, vector }) => ({
        id,
        properties: { tenant, documentId, position: positionOf(id) },
        vectors: Array.from(vector),
      }));
      const { hasErrors, errors } = await this.#asking(() => space.data.insertMany(objects));
      if (hasErrors)
        throw new Error(
          `Weaviate refused ${Object.keys(errors).length} of ${objects.length} vectors: ${Object.values(errors)[0]?.message}`,
        );
    }
  }

  async deleteBy(collection: Collection, by: { ids: string[] } | { documentId: string } | { tenant: string }): Promise<number> {
    const space = await this.#space(collection);
    if (!('ids' in by)) {
      const [property, value] = 'documentId' in by ? (['documentId', by.documentId] as const) : (['tenant', by.tenant] as const);
      return this.#delete(space, space.filter.byProperty(property).equal(value));
    }
    let deleted = 0;
    for (let from = 0; from < by.ids.length; from += DELETE_BATCH) {
      deleted += await this.#delete(space, space.filter.byId().containsAny(by.ids.slice(from, from + DELETE_BATCH)));
    }
    return deleted;
  }

  async nearest(collection: Collection, query: { tenants: string[]; vector: Float32Array; limit: number }): Promise<VectorHit[]> {
    if (query.tenants.length === 0) return [];
    const space = await this.#space(collection);
    const { objects } = await this.#asking(() =>
      space.query.nearVector(Array.from(query.vector), {
        limit: query.limit,
        filters: space.filter.byProperty('tenant').containsAny(query.tenants),
        returnMetadata: ['distance'],
        returnProperties: [],
      }),
    );
    return objects.map(({ uuid, metadata }) => ({ id: uuid, score: 1 - metadata!.distance! }));
  }

  async *scan(collection: Collection, tenant: string): AsyncIterable<VectorItem> {
    const space = await this.#space(collection);
    const { byProperty } = space.filter;
    for (let after = -1; ;) {
      const { objects } = await this.#asking(() =>
        space.query.fetchObjects({
          limit: BATCH,
          filters: Filters.and(byProperty('tenant').equal(tenant), byProperty('position').greaterThan(after)),
          sort: space.sort.byProperty('position'),
          includeVector: true,
        }),
      );
      for (const { uuid, properties, vectors } of objects) {
        yield { id: uuid, tenant, documentId: properties.documentId, vector: Float32Array.from(vectors['default'] as number[]) };
      }
      if (objects.length < BATCH) return;
      after = objects.at(-1)!.properties.position;
    }
  }

  async #space(collection: Collection): Promise<Space<Kept>> {
    await this.ensure(collection);
    return this.#use(nameOf(collection));
  }

  #use(name: string): Space<Kept> {
    if (!this.#client) throw new Error('The vectors are not open.');
    return this.#client.collections.get<Kept>(name);
  }

  async #create(name: string): Promise<void> {
    const { collections } = this.#client!;
    if (await collections.exists(name)) return;
    try {
      await collections.create<Kept>({
        name,
        properties: [
          { ...WORD, name: 'tenant' },
          { ...WORD, name: 'documentId' },
          { name: 'position', dataType: 'number', indexRangeFilters: true },
        ],
        vectorizers: weaviate.configure.vectors.selfProvided({
          vectorIndexConfig: weaviate.configure.vectorIndex.hnsw({ distanceMetric: 'cosine' }),
        }),
      });
    } catch (error) {
      // Another process may have been faster.
      if (!(await collections.exists(name))) throw error;
    }
  }

  async #delete(space: Space<Kept>, where: FilterValue): Promise<number> {
    for (let deleted = 0; ;) {
      const { successful, failed } = await this.#asking(() => space.data.deleteMany(where));
      if (failed > 0) throw new Error(`Weaviate could not delete ${failed} vectors.`);
      if (successful === 0) return deleted;
      deleted += successful;
    }
  }

  async #asking<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (cause) {
      if (!isUnreachable(cause)) throw cause;
      throw new Failure('DEPENDENCY_UNAVAILABLE', { reason: 'The vector index does not answer.' }, { cause });
    }
  }
}

/** gRPC names its state in the message; fetch fails with its own words. */
function isUnreachable(error: unknown): boolean {
  return error instanceof Error && /\b(UNAVAILABLE|DEADLINE_EXCEEDED|CANCELLED)\b|fetch failed|ECONN|timed? ?out/i.test(error.message);
}

/** A readable name where possible; the hash keeps names apart that differ only in other characters. */
function nameOf({ name, dimensions }: Collection): string {
  const readable = name.replace(/[^A-Za-z0-9]+/g, '_').slice(0, 60);
  const hash = createHash('sha256').update(`${name}/${dimensions}`).digest('hex').slice(0, 8);
  return `Parley_${readable}_${hash}`;
}

/** 52 bits of the id's hash: scattered evenly, and exact as a number. */
function positionOf(id: string): number {
  return Number.parseInt(createHash('sha256').update(id).digest('hex').slice(0, 13), 16);
}
