import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '../../infra/id.ts';
import { PgVectors } from '../../infra/vectors/pgvector.ts';
import type { Collection, IndexedItem, Scope, Subject, VectorItem, Vectors } from '../../infra/vectors/vectors.ts';
import { WeaviateVectors } from '../../infra/vectors/weaviate.ts';
import { describeWhen } from '../support/when.ts';
import { missingWeaviate, startWeaviate } from '../support/weaviate/server.ts';

interface Opened {
  vectors: Vectors;
  close(): Promise<void>;
}

async function openPgVectors(): Promise<Opened> {
  const engine = await PGlite.create({ extensions: { vector } });
  return { vectors: new PgVectors(() => engine), close: () => engine.close() };
}

/** The server that the settings name, else one of our own where it is installed. */
const { WEAVIATE_URL, WEAVIATE_GRPC_PORT = '50051', WEAVIATE_API_KEY } = process.env;

async function openWeaviate(): Promise<Opened> {
  if (WEAVIATE_URL) {
    const address = { url: WEAVIATE_URL, grpcPort: Number(WEAVIATE_GRPC_PORT), apiKey: WEAVIATE_API_KEY };
    return { vectors: new WeaviateVectors(address), close: async () => {} };
  }
  const server = await startWeaviate();
  return { vectors: new WeaviateVectors(server.address), close: () => server.stop() };
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
  const EVEN = { keyword: 1, vector: 1 };
  const said = (tenant: string, angle: number, words: string, documentId?: string): IndexedItem => ({
    ...item(tenant, angle, documentId),
    words: words.split(' '),
  });
  const hybrid = (space: Collection, words: string, scope: Partial<Scope> & { tenants: string[]; weights?: typeof EVEN }) =>
    vectors.hybrid(space, { limit: 9, vector: at(0), words: words.split(' ').filter(Boolean), weights: EVEN, ...scope });
  const read = async (space: Collection, tenant: string) => {
    const found: VectorItem[] = [];
    for await (const each of vectors.scan(space, tenant)) found.push(each);
    return found;
  };
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

  it('joins several tenants in one ranking', async () => {
    const space = fresh();
    const tenants = Array.from({ length: 20 }, () => newId());
    const items = tenants.map((tenant, index) => item(tenant, (index + 1) / 20));
    await vectors.upsert(space, items.toReversed());
    const hits = await vectors.nearest(space, { tenants: [...tenants, newId()], vector: at(0), limit: 12 });
    expect(hits.map(({ id, documentId }) => ({ id, documentId }))).toEqual(
      items.slice(0, 12).map(({ id, documentId }) => ({ id, documentId })),
    );
  });

  it('leaves out documents and items before it ranks, so that the result is still full', async () => {
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

  it('joins what words and vectors find, and says by which way', async () => {
    const space = fresh();
    const tenant = newId();
    const [near, named, both, none] = [
      said(tenant, 0.1, 'ketch sail'),
      said(tenant, 1.4, 'anchor chain'),
      said(tenant, 0.2, 'anchor rope'),
      said(tenant, 1.2, 'rudder keel'),
    ];
    await vectors.upsert(space, [none, named, near, both]);
    const hits = await hybrid(space, 'anchor', { tenants: [tenant] });
    expect(hits.map(({ id }) => id)).toEqual([both.id, named.id, near.id, none.id]);
    const ways = new Map(hits.map((hit) => [hit.id, hit]));
    expect(ways.get(both.id)).toMatchObject({ documentId: both.documentId, vectorRank: 2, keywordRank: expect.any(Number) });
    expect(ways.get(both.id)!.vectorScore).toBeCloseTo(Math.cos(0.2), 5);
    expect(ways.get(both.id)!.keywordScore).toBeGreaterThan(0);
    expect(ways.get(near.id)).toMatchObject({ keywordRank: null, keywordScore: null, vectorRank: 1 });
    const two = await hybrid(space, 'anchor', { tenants: [tenant], limit: 2 });
    expect(two).toMatchObject([{ id: both.id, vectorRank: 2 }, { score: 1 / 61 }]);
  });

  it('trusts words and vectors as it is told', async () => {
    const space = fresh();
    const tenant = newId();
    const [near, named] = [said(tenant, 0.1, 'ketch'), said(tenant, 1.4, 'anchor')];
    await vectors.upsert(space, [near, named]);
    const first = async (weights: typeof EVEN) => (await hybrid(space, 'anchor', { tenants: [tenant], limit: 1, weights }))[0]!.id;
    expect(await first({ keyword: 1, vector: 0.1 })).toBe(named.id);
    expect(await first({ keyword: 0.1, vector: 1 })).toBe(near.id);
  });

  it('ranks by words as BM25 does: rare ones tell more, repeated ones less each time, and the shorter item comes first', async () => {
    const space = fresh();
    const tenant = newId();
    const rest = Array.from({ length: 30 }, () => said(tenant, 1, 'ship sail wind wave'));
    const [rare, often, long, short] = [
      said(tenant, 1, 'sextant wind wave tide'),
      said(tenant, 1, 'ship ship ship ship'),
      said(tenant, 1, 'compass wind wave tide wind wave tide wind wave tide'),
      said(tenant, 1, 'compass wind wave tide'),
    ];
    await vectors.upsert(space, [...rest, long, often, rare, short]);
    const byWords = async (words: string) => {
      const hits = await hybrid(space, words, { tenants: [tenant], limit: 50 });
      return hits.filter(({ keywordRank }) => keywordRank).sort((left, right) => left.keywordRank! - right.keywordRank!);
    };
    expect((await byWords('ship sextant')).slice(0, 2).map(({ id }) => id)).toEqual([rare.id, often.id]);
    expect((await byWords('compass')).map(({ id }) => id)).toEqual([short.id, long.id]);
    const [once] = await byWords('sextant');
    // Of 34 items one holds it, once, and is as long as the mean but for the long one.
    const mean = (33 * 4 + 10) / 34;
    expect(once!.keywordScore).toBeCloseTo((Math.log(1 + 33.5 / 1.5) * 2.2) / (1 + 1.2 * (0.25 + (0.75 * 4) / mean)), 3);
  });

  it('ranks what the tenants hold by words, and nothing else, without what is left out', async () => {
    const space = fresh();
    const [mine, yours, theirs, document] = [newId(), newId(), newId(), newId()];
    const [own, ours] = [said(mine, 0.5, 'anchor rope rope rope'), said(yours, 0.6, 'anchor')];
    const crowd = Array.from({ length: 60 }, (_, index) => said(mine, index / 1_000, 'anchor', document));
    await vectors.upsert(space, [own, ours, ...crowd, ...Array.from({ length: 60 }, () => said(theirs, 0, 'anchor'))]);
    const except = { documentIds: [document] };
    const hits = await hybrid(space, 'anchor', { tenants: [mine, yours, newId()], except });
    expect(new Set(hits.map(({ id }) => id))).toEqual(new Set([own.id, ours.id]));
    expect(hits.every(({ keywordRank, vectorRank }) => keywordRank && vectorRank)).toBe(true);
    const left = await hybrid(space, 'anchor', { tenants: [mine, yours], except: { documentIds: [document], ids: [own.id] } });
    expect(left.map(({ id }) => id)).toEqual([ours.id]);
    expect(await hybrid(space, 'anchor', { tenants: [] })).toEqual([]);
    expect(await hybrid(space, 'anchor', { tenants: [newId()] })).toEqual([]);
  });

  it('takes words as they are, whatever their signs and script', async () => {
    const space = fresh();
    const tenant = newId();
    const words = ['the', 'a', 'not', 'Anchor', 'anchor', '東京', '京都', "o'neil", 'c:\\x', '"and"', '&|!', '*', '__proto__', 'x'.repeat(60)];
    const items = words.map((word) => said(tenant, 1, `${word} filler`));
    await vectors.upsert(space, items);
    for (const [place, word] of words.entries()) {
      const hits = (await hybrid(space, word, { tenants: [tenant], limit: 50 })).filter(({ keywordRank }) => keywordRank);
      expect({ word, ids: hits.map(({ id }) => id) }).toEqual({ word, ids: [items[place]!.id] });
    }
  });

  it('finds by vectors alone where the question or the items have no words', async () => {
    const space = fresh();
    const tenant = newId();
    const [silent, empty, other] = [item(tenant, 0.1), { ...item(tenant, 0.2), words: [] }, said(tenant, 0.3, 'anchor')];
    await vectors.upsert(space, [silent, empty, other]);
    const ids = async (words: string) => (await hybrid(space, words, { tenants: [tenant] })).map(({ id }) => id);
    expect(await ids('')).toEqual([silent.id, empty.id, other.id]);
    expect(await ids('rudder')).toEqual([silent.id, empty.id, other.id]);
    expect(await ids('anchor')).toEqual([other.id, silent.id, empty.id]);
  });

  it('forgets the words of what is put again or deleted', async () => {
    const space = fresh();
    const once = said(newId(), 0.1, 'anchor');
    await vectors.upsert(space, [once]);
    await vectors.upsert(space, [{ ...once, words: ['rudder'] }]);
    const ranks = async (words: string) =>
      (await hybrid(space, words, { tenants: [once.tenant] })).map(({ keywordRank, vectorRank }) => [keywordRank, vectorRank]);
    expect(await ranks('anchor')).toEqual([[null, 1]]);
    expect(await ranks('rudder')).toEqual([[1, 1]]);
    await vectors.deleteBy(space, { tenant: once.tenant, documentId: once.documentId });
    expect(await ranks('rudder')).toEqual([]);
  });

  it('replaces a vector that is put again', async () => {
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

  it('leaves nothing of 5,000 items that are deleted', async () => {
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

  it('takes a collection or a tenant that is not there for an empty one', async () => {
    const space = fresh();
    const [tenant, ids] = [newId(), [newId()]];
    const nothing = async () => {
      expect(await vectors.nearest(space, { tenants: [tenant], vector: at(0), limit: 5 })).toEqual([]);
      expect(await vectors.similar(space, { tenants: [tenant], to: { tenant, documentId: newId() }, limit: 5 })).toEqual([]);
      expect(await hybrid(space, 'anchor', { tenants: [tenant] })).toEqual([]);
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

  it('drops a collection whole, and makes it anew', async () => {
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

  it('refuses vectors of another length, and then stores none of their batch', async () => {
    const space = fresh();
    const good = item(newId(), 0);
    const bad = { ...good, id: newId(), vector: at(0, DIMENSIONS + 1) };
    await expect(vectors.upsert(space, [good, bad])).rejects.toThrow(RangeError);
    await vectors.upsert(space, []);
    expect(await read(space, good.tenant)).toEqual([]);
    await expect(vectors.nearest(space, { tenants: [good.tenant], vector: at(0, 3), limit: 1 })).rejects.toThrow(RangeError);
    await expect(hybrid(space, 'anchor', { tenants: [good.tenant], vector: at(0, 3) } as never)).rejects.toThrow(RangeError);
  });

  it('answers a ping', async () => {
    await vectors.ping();
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
    const found = await read(space, tenant);
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
describeWhen(WEAVIATE_URL ? null : missingWeaviate, 'vectors in Weaviate', () => contract(openWeaviate));
