import { describe, expect, it } from '@jest/globals';
import { fuse } from './vectors.ts';

const ranked = (...ids: string[]) => ids.map((id, index) => ({ id, documentId: `of ${id}`, score: 100 - index }));
const EVEN = { keyword: 1, vector: 1 };

describe('fuse', () => {
  it('ranks hits of both rankings before hits of one', () => {
    const fused = fuse(ranked('a', 'both'), ranked('b', 'both'), EVEN);
    expect(fused[0]).toMatchObject({ id: 'both', keywordRank: 2, vectorRank: 2 });
    expect(fused[0]!.score).toBeCloseTo(2 / 62, 10);
  });

  it('reports the rank of each hit in both rankings, null where it is absent', () => {
    expect(fuse(ranked('a'), [], EVEN)).toEqual([
      { id: 'a', documentId: 'of a', score: 1 / 61, keywordRank: 1, keywordScore: 100, vectorRank: null, vectorScore: null },
    ]);
    expect(fuse([], ranked('a'), EVEN)[0]).toMatchObject({ keywordRank: null, keywordScore: null, vectorRank: 1, vectorScore: 100 });
  });

  it('keeps the order of a single ranking, and applies the weights', () => {
    expect(fuse(ranked('a', 'b', 'c'), [], EVEN).map(({ id }) => id)).toEqual(['a', 'b', 'c']);
    expect(fuse(ranked('words'), ranked('letters'), { keyword: 1, vector: 0.4 }).map(({ id }) => id)).toEqual(['words', 'letters']);
  });

  it('orders equal scores deterministically', () => {
    expect(fuse(ranked('b'), ranked('a'), EVEN).map(({ id }) => id)).toEqual(['a', 'b']);
  });
});
