import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '../../infra/id.ts';
import { PgVectors } from '../../infra/vectors/pgvector.ts';
import type { Collection, VectorItem, Vectors } from '../../infra/vectors/vectors.ts';
import { WeaviateVectors } from '../../infra/vectors/weaviate.ts';
import { describeWhen } from '../support/when.ts';

interface Opened {
  vectors: Vectors;
  close(): Promise<void>;
}

async function openPgVectors(): Promise<Opened> {
  const engine = await PGlite.create({ extensions: { vector } });
  return { vectors: new PgVectors(() => engine), close: () => engine.close() };
}

/** Weaviate has no server that a test could start: where there is one, the settings say so. */
const { WEAVIATE_URL, WEAVIATE_GRPC_PORT = '50051', WEAVIATE_API_KEY } = process.env;
const missingWeaviate = WEAVIATE_URL ? null : 'WEAVIATE_URL names no server';

async function openWeaviate(): Promise<Opened> {
  const vectors = new WeaviateVectors({ url: WEAVIATE_URL!, grpcPort: Number(WEAVIATE_GRPC_PORT), apiKey: WEAVIATE_API_KEY });
  return { vectors, close: async () => {} };
}

const DIMENSIONS = 8;

/** A unit vector that points `angle` radians away from the first axis. */
function at(angle: number, dimensions = DIMENSIONS): Float32Array {
  const made = new Float32Array(dimensions);
  made[0] = Math.cos(angle);
  made[1] = Math.sin(angle);
  return made;
}

function contract(open: () => Promise<Opened>): void {
  let opened: Opened;
  let vectors: Vectors;
  const item = (tenant: string, angle: number, documentId = newId()): VectorItem => ({
    id: newId(),
    tenant,
    documentId,
    vector: at(angle),
  });
  const fresh = (dimensions = DIMENSIONS): Collection => ({ name: `test-${newId()}`, dimensions });

  beforeAll(async () => {
    opened = await open();
    vectors = opened.vectors;
    await vectors.open();
    await vectors.open();
  });
  afterAll(async () => {
    await vectors.close();
    await opened.close();
  });

  it('finds the nearest first, with their cosine similarity', async () => {
    const space = fresh();
    const tenant = newId();
    const items = [item(tenant, 1.2), item(tenant, 0.1), item(tenant, 0.6)];
    await vectors.upsert(space, items);
    const hits = await vectors.nearest(space, { tenants: [tenant], vector: at(0), limit: 2 });
    expect(hits.map((hit) => hit.id)).toEqual([items[1]!.id, items[2]!.id]);
    expect(hits[0]!.score).toBeCloseTo(Math.cos(0.1), 5);
    expect(hits[1]!.score).toBeCloseTo(Math.cos(0.6), 5);
  });

  it('never shows the nearer neighbour of another tenant', async () => {
    const space = fresh();
    const [mine, other] = [newId(), newId()];
    const own = item(mine, 1.5);
    await vectors.upsert(space, [own, ...Array.from({ length: 50 }, () => item(other, 0))]);
    const hits = await vectors.nearest(space, { tenants: [mine], vector: at(0), limit: 10 });
    expect(hits.map((hit) => hit.id)).toEqual([own.id]);
  });

  it('still fills the result when thousands of strangers are nearer', async () => {
    const space = fresh();
    const [mine, other, third] = [newId(), newId(), newId()];
    const own = Array.from({ length: 20 }, (_, index) => item(mine, 1 + index / 100));
    const rest = Array.from({ length: 5_100 }, (_, index) => item(index % 2 ? other : third, index / 100_000));
    await vectors.upsert(space, [...own, ...rest]);
    const few = await vectors.nearest(space, { tenants: [mine], vector: at(0), limit: 10 });
    expect(few.map((hit) => hit.id)).toEqual(own.slice(0, 10).map((each) => each.id));
    // More rows than are compared one by one, so the index answers.
    const many = await vectors.nearest(space, { tenants: [other, third], vector: at(0), limit: 5 });
    expect(many).toHaveLength(5);
    expect(many[0]!.score).toBeCloseTo(1, 5);
  }, 120_000);

  it('gives nothing when no tenant is named, and nothing to a tenant without vectors', async () => {
    const space = fresh();
    await vectors.upsert(space, [item(newId(), 0)]);
    expect(await vectors.nearest(space, { tenants: [], vector: at(0), limit: 5 })).toEqual([]);
    expect(await vectors.nearest(space, { tenants: [newId()], vector: at(0), limit: 5 })).toEqual([]);
  });

  it('replaces a vector that is put again, tenant and all', async () => {
    const space = fresh();
    const [before, after] = [newId(), newId()];
    const once = item(before, 0);
    await vectors.upsert(space, [once]);
    await vectors.upsert(space, [once]);
    await vectors.upsert(space, [{ ...once, tenant: after, vector: at(0.5) }]);
    expect(await vectors.nearest(space, { tenants: [before], vector: at(0), limit: 5 })).toEqual([]);
    const hits = await vectors.nearest(space, { tenants: [after], vector: at(0.5), limit: 5 });
    expect(hits).toHaveLength(1);
    expect(hits[0]!.score).toBeCloseTo(1, 5);
  });

  it('deletes by id, by document and by tenant, and says how many', async () => {
    const space = fresh();
    const [tenant, document] = [newId(), newId()];
    const [one, two, three, four] = [item(tenant, 0.1, document), item(tenant, 0.2, document), item(tenant, 0.3), item(newId(), 0.4)];
    await vectors.upsert(space, [one, two, three, four]);
    expect(await vectors.deleteBy(space, { ids: [one.id, newId()] })).toBe(1);
    expect(await vectors.deleteBy(space, { documentId: document })).toBe(1);
    expect(await vectors.deleteBy(space, { tenant })).toBe(1);
    expect(await vectors.deleteBy(space, { tenant })).toBe(0);
    expect(await vectors.nearest(space, { tenants: [four.tenant], vector: at(0), limit: 5 })).toHaveLength(1);
  });

  it('keeps collections apart, whatever their names and dimensions', async () => {
    const tenant = newId();
    const names = ['text-embedding-3-small', 'text_embedding_3_small', `"; drop schema vectors; --${newId()}`, 'Ünïcode/space'];
    const spaces = [
      ...names.map((name) => ({ name, dimensions: 4 })),
      { name: names[0]!, dimensions: 3 },
      { name: 'huge', dimensions: 3_072 },
    ];
    const ids = new Map<Collection, string>();
    for (const space of spaces) {
      const id = newId();
      ids.set(space, id);
      await vectors.upsert(space, [{ id, tenant, documentId: newId(), vector: at(0.2, space.dimensions) }]);
    }
    for (const space of spaces) {
      const hits = await vectors.nearest(space, { tenants: [tenant], vector: at(0, space.dimensions), limit: 5 });
      expect(hits.map((hit) => hit.id)).toEqual([ids.get(space)]);
    }
  });

  it('reads a tenant back, vector by vector, exactly as put', async () => {
    const space = fresh();
    const tenant = newId();
    const items = Array.from({ length: 450 }, (_, index) => item(tenant, index / 7));
    await vectors.upsert(space, [...items, item(newId(), 0)]);
    const found: VectorItem[] = [];
    for await (const each of vectors.scan(space, tenant)) found.push(each);
    const byId = (left: VectorItem, right: VectorItem) => (left.id < right.id ? -1 : 1);
    expect(found.sort(byId)).toEqual(items.sort(byId));
  });

  it('is made once, however many ask at the same time', async () => {
    const space = fresh();
    const tenant = newId();
    await Promise.all(Array.from({ length: 5 }, (_, index) => vectors.upsert(space, [item(tenant, index / 10)])));
    expect(await vectors.nearest(space, { tenants: [tenant], vector: at(0), limit: 9 })).toHaveLength(5);
  });
}

describe('vectors in pgvector', () => contract(openPgVectors));
describeWhen(missingWeaviate, 'vectors in Weaviate', () => contract(openWeaviate));
