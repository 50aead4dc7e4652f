import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { newId } from '../../infra/id.ts';
import { PgVectors } from '../../infra/vectors/pgvector.ts';
import type { Collection, VectorItem, Vectors } from '../../infra/vectors/vectors.ts';
import { WeaviateVectors, type WeaviateAddress } from '../../infra/vectors/weaviate.ts';
import { missingWeaviate, startWeaviate } from './weaviate/server.ts';

export interface OpenedIndex {
  vectors: Vectors;
  /** Opens the same index for another process. */
  another(): Promise<Vectors>;
  /** Converts a collection to its format before items had words. */
  outdate(space: Collection): Promise<void>;
  close(): Promise<void>;
}

export async function openPgVectors(): Promise<OpenedIndex> {
  const engine = await PGlite.create({ extensions: { vector } });
  const outdate = async ({ name }: Collection) => {
    const { rows } = await engine.query<{ table: string }>(
      "select format('%I.%I', schemaname, tablename) as table from pg_tables where schemaname = 'vectors' and tablename like $1",
      [`c_${name.replaceAll('-', '_').slice(0, 30)}%`],
    );
    for (const { table } of rows) await engine.exec(`alter table ${table} drop column words, drop column length`);
  };
  const another = async () => new PgVectors(() => engine);
  return { vectors: new PgVectors(() => engine), another, outdate, close: () => engine.close() };
}

/** Uses the server of the settings, else an installed one. */
const { WEAVIATE_URL, WEAVIATE_GRPC_PORT = '50051', WEAVIATE_API_KEY } = process.env;

export async function openWeaviate(): Promise<OpenedIndex> {
  const server = WEAVIATE_URL ? null : await startWeaviate();
  const address = server?.address ?? { url: WEAVIATE_URL!, grpcPort: Number(WEAVIATE_GRPC_PORT), apiKey: WEAVIATE_API_KEY };
  const other = new WeaviateVectors(address);
  return {
    vectors: new WeaviateVectors(address),
    another: async () => {
      await other.open();
      return other;
    },
    outdate: ({ name }) => forgetWords(`Parley_${name.replaceAll('-', '_')}`, address),
    close: async () => {
      await other.close();
      await server?.stop();
    },
  };
}

/** Weaviate removes no property, so the collection is created again without it. */
async function forgetWords(start: string, { url, apiKey }: WeaviateAddress): Promise<void> {
  const call = async (method: string, path: string, body?: unknown): Promise<any> => {
    const headers = { 'content-type': 'application/json', ...(apiKey ? { authorization: `Bearer ${apiKey}` } : {}) };
    const response = await fetch(`${url}/v1${path}`, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return method === 'GET' ? response.json() : undefined;
  };
  const schemas: any[] = (await call('GET', '/schema')).classes;
  for (const { shardingConfig: _, ...schema } of schemas.filter((each) => each.class.startsWith(start))) {
    await call('DELETE', `/schema/${schema.class}`);
    await call('POST', '/schema', { ...schema, properties: schema.properties.filter(({ name }: { name: string }) => name !== 'words') });
  }
}

/** Null, or the reason why there can be no Weaviate. */
export const missing = WEAVIATE_URL ? null : missingWeaviate;

export const DIMENSIONS = 8;

/** Returns a unit vector at `angle` radians from the first axis. */
export function at(angle: number, dimensions = DIMENSIONS): Float32Array {
  const made = new Float32Array(dimensions);
  made[0] = Math.cos(angle);
  made[1] = Math.sin(angle);
  return made;
}

/** Returns an item whose vector is at `angle` radians from the first axis. */
export function item(tenant: string, angle: number, documentId = newId()): VectorItem {
  return { id: newId(), tenant, documentId, vector: at(angle) };
}

/** Names a new collection. */
export function fresh(dimensions = DIMENSIONS): Collection {
  return { name: `test-${newId()}`, dimensions };
}
