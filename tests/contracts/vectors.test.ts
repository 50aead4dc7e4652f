import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '../../infra/id.ts';
import type { Collection, Subject, VectorItem, Vectors } from '../../infra/vectors/vectors.ts';
import { at, DIMENSIONS, fresh, item, missing, openPgVectors, openWeaviate, type OpenedIndex } from '../support/vector-index.ts';
import { describeWhen } from '../support/when.ts';

function contract(open: () => Promise<OpenedIndex>): void {
  let opened: OpenedIndex;
  let vectors: Vectors;
  const read = async (space: Collection, tenant: string) => {
    const found: VectorItem[] = [];
    for await (const each of vectors.scan(space, tenant)) found.push(each);
    return found;
  };

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

  it('never returns the nearer neighbour of another tenant', async () => {
    const space = fresh();
    const [mine, other] = [newId(), newId()];
    const own = item(mine, 1.5);
    await vectors.upsert(space, [own, ...Array.from({ length: 50 }, () => item(other, 0))]);
    const hits = await vectors.nearest(space, { tenants: [mine], vector: at(0), limit: 10 });
    expect(hits.map((hit) => hit.id)).toEqual([own.id]);
  });

  it('fills the result when thousands of items of other tenants are nearer', async () => {
    const space = fresh();
    const [mine, other, third] = [newId(), newId(), newId()];
    const own = Array.from({ length: 20 }, (_, index) => item(mine, 1 + index / 100));
    const rest = Array.from({ length: 5_100 }, (_, index) => item(index % 2 ? other : third, index / 100_000));
    await vectors.upsert(space, [...own, ...rest]);
    const few = await vectors.nearest(space, { tenants: [mine], vector: at(0), limit: 10 });
    expect(few.map((hit) => hit.id)).toEqual(own.slice(0, 10).map((each) => each.id));
    // More rows than the threshold for exact comparison, so the index is used.
    const many = await vectors.nearest(space, { tenants: [other, third], vector: at(0), limit: 5 });
    expect(many).toHaveLength(5);
    expect(many[0]!.score).toBeCloseTo(1, 5);
  }, 120_000);

  it('returns nothing for no tenant, and nothing for a tenant without vectors', async () => {
    const space = fresh();
    await vectors.upsert(space, [item(newId(), 0)]);
    expect(await vectors.nearest(space, { tenants: [], vector: at(0), limit: 5 })).toEqual([]);
    expect(await vectors.nearest(space, { tenants: [newId()], vector: at(0), limit: 5 })).toEqual([]);
  });

  it('merges several tenants into one ranking', async () => {
    const space = fresh();
    const tenants = Array.from({ length: 20 }, () => newId());
    const items = tenants.map((tenant, index) => item(tenant, (index + 1) / 20));
    await vectors.upsert(space, items.toReversed());
    const hits = await vectors.nearest(space, { tenants: [...tenants, newId()], vector: at(0), limit: 12 });
    expect(hits.map(({ id, documentId }) => ({ id, documentId }))).toEqual(
      items.slice(0, 12).map(({ id, documentId }) => ({ id, documentId })),
    );
  });

  it('excludes documents and items before it ranks, so that the result is still full', async () => {
    const space = fresh();
    const [tenant, near] = [newId(), newId()];
    const crowd = Array.from({ length: 200 }, (_, index) => item(tenant, index / 10_000, near));
    const far = [item(tenant, 0.5), item(tenant, 0.6), item(tenant, 0.7)];
    await vectors.upsert(space, [...crowd, ...far]);
    const except = { documentIds: [near, newId()], ids: [far[1]!.id] };
    const hits = await vectors.nearest(space, { tenants: [tenant], vector: at(0), limit: 2, except });
    expect(hits.map(({ id }) => id)).toEqual([far[0]!.id, far[2]!.id]);
  });

  it('finds what is similar to a document or an item, but never that itself', async () => {
    const space = fresh();
    const [tenant, elsewhere, document] = [newId(), newId(), newId()];
    const own = [item(tenant, 0.1, document), item(tenant, 0.3, document)];
    const [close, further, other] = [item(tenant, 0.22), item(tenant, 1), item(elsewhere, 0.15)];
    await vectors.upsert(space, [...own, close, further, other]);
    const ids = async (to: Subject, tenants: string[]) => (await vectors.similar(space, { to, tenants, limit: 3 })).map(({ id }) => id);
    expect(await ids({ tenant, documentId: document }, [tenant])).toEqual([close.id, further.id]);
    expect(await ids({ tenant, documentId: document }, [tenant, elsewhere])).toEqual([close.id, other.id, further.id]);
    expect(await ids({ tenant, id: own[0]!.id }, [tenant])).toEqual([close.id, own[1]!.id, further.id]);
    expect(await ids({ tenant, documentId: newId() }, [tenant])).toEqual([]);
    expect(await ids({ tenant: newId(), id: own[0]!.id }, [tenant])).toEqual([]);
  });

  it('replaces a vector that is stored again', async () => {
    const space = fresh();
    const once = item(newId(), 0);
    await vectors.upsert(space, [once]);
    await vectors.upsert(space, [once]);
    await vectors.upsert(space, [{ ...once, vector: at(0.5) }]);
    const hits = await vectors.nearest(space, { tenants: [once.tenant], vector: at(0.5), limit: 5 });
    expect(hits).toHaveLength(1);
    expect(hits[0]!.score).toBeCloseTo(1, 5);
  });

  it('deletes by id, by document and by tenant', async () => {
    const space = fresh();
    const [tenant, document] = [newId(), newId()];
    const [one, two, three, four] = [item(tenant, 0.1, document), item(tenant, 0.2, document), item(tenant, 0.3), item(newId(), 0.4)];
    const left = async () =>
      (await vectors.nearest(space, { tenants: [tenant, four.tenant], vector: at(0), limit: 9 })).map(({ id }) => id);
    await vectors.upsert(space, [one, two, three, four]);
    await vectors.deleteBy(space, { tenant, ids: [one.id, four.id, newId()] });
    expect(await left()).toEqual([two.id, three.id, four.id]);
    await vectors.deleteBy(space, { tenant, documentId: document });
    expect(await left()).toEqual([three.id, four.id]);
    await vectors.deleteBy(space, { tenant });
    await vectors.deleteBy(space, { tenant });
    expect(await left()).toEqual([four.id]);
  });

  it('deletes all of 5,000 items', async () => {
    const space = fresh();
    const [tenant, document] = [newId(), newId()];
    await vectors.upsert(
      space,
      Array.from({ length: 5_000 }, (_, index) => item(tenant, index / 5_000, document)),
    );
    await vectors.deleteBy(space, { tenant, documentId: document });
    expect(await read(space, tenant)).toEqual([]);
    expect(await vectors.nearest(space, { tenants: [tenant], vector: at(0), limit: 5 })).toEqual([]);
  }, 120_000);

  it('treats a missing collection or tenant as empty', async () => {
    const space = fresh();
    const [tenant, ids] = [newId(), [newId()]];
    const nothing = async () => {
      expect(await vectors.nearest(space, { tenants: [tenant], vector: at(0), limit: 5 })).toEqual([]);
      expect(await vectors.similar(space, { tenants: [tenant], to: { tenant, documentId: newId() }, limit: 5 })).toEqual([]);
      expect(await read(space, tenant)).toEqual([]);
      for (const by of [{ tenant }, { tenant, ids }, { tenant, documentId: newId() }]) await vectors.deleteBy(space, by);
    };
    await nothing();
    await vectors.upsert(space, [item(newId(), 0)]);
    await nothing();
    await vectors.drop(space);
    await vectors.drop(space);
    await nothing();
  });

  it('drops a whole collection, and creates it again', async () => {
    const [space, other] = [fresh(), fresh()];
    const [gone, stays] = [item(newId(), 0), item(newId(), 0)];
    await vectors.upsert(space, [gone]);
    await vectors.upsert(other, [stays]);
    await vectors.drop(space);
    expect(await read(space, gone.tenant)).toEqual([]);
    expect(await read(other, stays.tenant)).toHaveLength(1);
    await vectors.upsert(space, [gone]);
    expect(await read(space, gone.tenant)).toEqual([gone]);
  });

  it('rejects vectors of another length, and then stores none of their batch', async () => {
    const space = fresh();
    const good = item(newId(), 0);
    const bad = { ...good, id: newId(), vector: at(0, DIMENSIONS + 1) };
    await expect(vectors.upsert(space, [good, bad])).rejects.toThrow(RangeError);
    await vectors.upsert(space, []);
    expect(await read(space, good.tenant)).toEqual([]);
    await expect(vectors.nearest(space, { tenants: [good.tenant], vector: at(0, 3), limit: 1 })).rejects.toThrow(RangeError);
  });

  it('answers a ping', async () => {
    await vectors.ping();
  });

  it('keeps collections apart, with any names and dimensions', async () => {
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

  it('exports a tenant vector by vector, exactly as stored', async () => {
    const space = fresh();
    const tenant = newId();
    const items = Array.from({ length: 450 }, (_, index) => item(tenant, index / 7));
    await vectors.upsert(space, [...items, item(newId(), 0)]);
    const found = await read(space, tenant);
    const byId = (left: VectorItem, right: VectorItem) => (left.id < right.id ? -1 : 1);
    expect(found.sort(byId)).toEqual(items.sort(byId));
  });

  it('creates a collection once for simultaneous callers', async () => {
    const space = fresh();
    const tenant = newId();
    await Promise.all(Array.from({ length: 5 }, (_, index) => vectors.upsert(space, [item(tenant, index / 10)])));
    expect(await vectors.nearest(space, { tenants: [tenant], vector: at(0), limit: 9 })).toHaveLength(5);
  });
}

describe('the vector store in pgvector', () => contract(openPgVectors));
describeWhen(missing, 'the vector store in Weaviate', () => contract(openWeaviate));
