import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '../../infra/id.ts';
import type { Collection, IndexedItem, Scope, Vectors } from '../../infra/vectors/vectors.ts';
import { at, fresh, item, missing, openPgVectors, openWeaviate, type OpenedIndex } from '../support/vector-index.ts';
import { describeWhen } from '../support/when.ts';

const EVEN = { keyword: 1, vector: 1 };

function wordedItem(tenant: string, angle: number, words: string, documentId?: string): IndexedItem {
  return { ...item(tenant, angle, documentId), words: words.split(' ') };
}

function contract(open: () => Promise<OpenedIndex>): void {
  let opened: OpenedIndex;
  let vectors: Vectors;
  const hybrid = (space: Collection, words: string, scope: Partial<Scope> & { tenants: string[]; weights?: typeof EVEN }) =>
    vectors.hybrid(space, { limit: 9, vector: at(0), words: words.split(' ').filter(Boolean), weights: EVEN, ...scope });

  beforeAll(async () => {
    opened = await open();
    vectors = opened.vectors;
    await vectors.open();
  });
  afterAll(async () => {
    await vectors.close();
    await opened.close();
  });

  it('merges the hits by words and by vectors, and names the ranking of each', async () => {
    const space = fresh();
    const tenant = newId();
    const [near, named, both, none] = [
      wordedItem(tenant, 0.1, 'ketch sail'),
      wordedItem(tenant, 1.4, 'anchor chain'),
      wordedItem(tenant, 0.2, 'anchor rope'),
      wordedItem(tenant, 1.2, 'rudder keel'),
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

  it('weights words and vectors as requested', async () => {
    const space = fresh();
    const tenant = newId();
    const [near, named] = [wordedItem(tenant, 0.1, 'ketch'), wordedItem(tenant, 1.4, 'anchor')];
    await vectors.upsert(space, [near, named]);
    const first = async (weights: typeof EVEN) => (await hybrid(space, 'anchor', { tenants: [tenant], limit: 1, weights }))[0]!.id;
    expect(await first({ keyword: 1, vector: 0.1 })).toBe(named.id);
    expect(await first({ keyword: 0.1, vector: 1 })).toBe(near.id);
  });

  it('ranks by BM25: rare words count more, repeated ones less each time, and the shorter item comes first', async () => {
    const space = fresh();
    const tenant = newId();
    const rest = Array.from({ length: 30 }, () => wordedItem(tenant, 1, 'ship sail wind wave'));
    const [rare, often, long, short] = [
      wordedItem(tenant, 1, 'sextant wind wave tide'),
      wordedItem(tenant, 1, 'ship ship ship ship'),
      wordedItem(tenant, 1, 'compass wind wave tide wind wave tide wind wave tide'),
      wordedItem(tenant, 1, 'compass wind wave tide'),
    ];
    // Items of other tenants do not change the statistics.
    const others = Array.from({ length: 20 }, () => wordedItem(newId(), 1, 'ship sextant compass'));
    await vectors.upsert(space, [...others, ...rest, long, often, rare, short]);
    const byWords = async (words: string) => {
      const hits = await hybrid(space, words, { tenants: [tenant], limit: 50 });
      return hits.filter(({ keywordRank }) => keywordRank).sort((left, right) => left.keywordRank! - right.keywordRank!);
    };
    expect((await byWords('ship sextant')).slice(0, 2).map(({ id }) => id)).toEqual([rare.id, often.id]);
    expect((await byWords('compass')).map(({ id }) => id)).toEqual([short.id, long.id]);
    const [once] = await byWords('sextant');
    // One of 34 items contains it, once, and all have the mean length except the long one.
    const mean = (33 * 4 + 10) / 34;
    expect(once!.keywordScore).toBeCloseTo((Math.log(1 + 33.5 / 1.5) * 2.2) / (1 + 1.2 * (0.25 + (0.75 * 4) / mean)), 3);
  });

  it('ranks by words over the items of the given tenants only, without excluded ones', async () => {
    const space = fresh();
    const [mine, yours, theirs, document] = [newId(), newId(), newId(), newId()];
    const [own, ours] = [wordedItem(mine, 0.5, 'anchor rope rope rope'), wordedItem(yours, 0.6, 'anchor')];
    const crowd = Array.from({ length: 60 }, (_, index) => wordedItem(mine, index / 1_000, 'anchor', document));
    await vectors.upsert(space, [own, ours, ...crowd, ...Array.from({ length: 60 }, () => wordedItem(theirs, 0, 'anchor'))]);
    const except = { documentIds: [document] };
    const hits = await hybrid(space, 'anchor', { tenants: [mine, yours, newId()], except });
    expect(new Set(hits.map(({ id }) => id))).toEqual(new Set([own.id, ours.id]));
    expect(hits.every(({ keywordRank, vectorRank }) => keywordRank && vectorRank)).toBe(true);
    const left = await hybrid(space, 'anchor', { tenants: [mine, yours], except: { documentIds: [document], ids: [own.id] } });
    expect(left.map(({ id }) => id)).toEqual([ours.id]);
    expect(await hybrid(space, 'anchor', { tenants: [] })).toEqual([]);
    expect(await hybrid(space, 'anchor', { tenants: [newId()] })).toEqual([]);
  });

  it('finds words with any punctuation and in any script', async () => {
    const space = fresh();
    const tenant = newId();
    const words = [
      'the',
      'a',
      'not',
      'Anchor',
      'anchor',
      '東京',
      '京都',
      "o'neil",
      'c:\\x',
      '"and"',
      '&|!',
      '*',
      '__proto__',
      'x'.repeat(60),
    ];
    const items = words.map((word) => wordedItem(tenant, 1, `${word} filler`));
    await vectors.upsert(space, items);
    for (const [place, word] of words.entries()) {
      const hits = (await hybrid(space, word, { tenants: [tenant], limit: 50 })).filter(({ keywordRank }) => keywordRank);
      expect({ word, ids: hits.map(({ id }) => id) }).toEqual({ word, ids: [items[place]!.id] });
    }
  });

  it('finds by vectors alone where the question or the items have no words', async () => {
    const space = fresh();
    const tenant = newId();
    const [silent, empty, other] = [item(tenant, 0.1), { ...item(tenant, 0.2), words: [] }, wordedItem(tenant, 0.3, 'anchor')];
    await vectors.upsert(space, [silent, empty, other]);
    const ids = async (words: string) => (await hybrid(space, words, { tenants: [tenant] })).map(({ id }) => id);
    expect(await ids('')).toEqual([silent.id, empty.id, other.id]);
    expect(await ids('rudder')).toEqual([silent.id, empty.id, other.id]);
    expect(await ids('anchor')).toEqual([other.id, silent.id, empty.id]);
  });

  it('forgets the words of items that are replaced or deleted', async () => {
    const space = fresh();
    const once = wordedItem(newId(), 0.1, 'anchor');
    await vectors.upsert(space, [once]);
    await vectors.upsert(space, [{ ...once, words: ['rudder'] }]);
    const ranks = async (words: string) =>
      (await hybrid(space, words, { tenants: [once.tenant] })).map(({ keywordRank, vectorRank }) => [keywordRank, vectorRank]);
    expect(await ranks('anchor')).toEqual([[null, 1]]);
    expect(await ranks('rudder')).toEqual([[1, 1]]);
    await vectors.deleteBy(space, { tenant: once.tenant, documentId: once.documentId });
    expect(await ranks('rudder')).toEqual([]);
  });

  it('adds words to a collection that was created without them', async () => {
    const space = fresh();
    const tenant = newId();
    await vectors.upsert(space, [wordedItem(tenant, 0.1, 'anchor')]);
    await opened.outdate(space);
    expect((await hybrid(space, 'anchor', { tenants: [tenant] })).every(({ keywordRank }) => keywordRank === null)).toBe(true);
    const later = await opened.another();
    const named = wordedItem(tenant, 0.2, 'anchor');
    await later.upsert(space, [named]);
    const question = { tenants: [tenant], limit: 9, vector: at(0), words: ['anchor'], weights: EVEN };
    expect((await later.hybrid(space, question))[0]).toMatchObject({ id: named.id, keywordRank: 1 });
  });

  it('treats a missing collection as empty, and rejects vectors of another length', async () => {
    const space = fresh();
    const tenant = newId();
    expect(await hybrid(space, 'anchor', { tenants: [tenant] })).toEqual([]);
    await vectors.upsert(space, [wordedItem(newId(), 0, 'anchor')]);
    expect(await hybrid(space, 'anchor', { tenants: [tenant] })).toEqual([]);
    await expect(hybrid({ ...space, dimensions: 3 }, 'anchor', { tenants: [tenant] })).rejects.toThrow(RangeError);
  });
}

describe('hybrid search in pgvector', () => contract(openPgVectors));
describeWhen(missing, 'hybrid search in Weaviate', () => contract(openWeaviate));
