import { describe, expect, it } from '@jest/globals';
import { chooseCandidates, countTerms, scoreOf, weighTerms, type Holder } from './bm25.ts';

const holder = (id: string, holds: number, more: Partial<Holder> = {}): Holder => ({ id, documentId: id, wordCount: 100, holds, ...more });
const TOTALS = { passages: 100, words: 10_000 };

describe('BM25', () => {
  it('gives rare terms more weight than usual ones, and never a negative weight', () => {
    const holders = Array.from({ length: 100 }, (_, index) => holder(`${index}`, index === 0 ? 0b11 : 0b10));
    const [rare, usual] = weighTerms(2, holders, TOTALS);
    expect(rare).toBeGreaterThan(usual! * 10);
    expect(usual).toBeGreaterThan(0);
  });

  it('adds less for each repetition of a term', () => {
    const scores = [1, 2, 3].map((times) => scoreOf([times], [1], 100, TOTALS));
    expect(scores[1]! - scores[0]!).toBeGreaterThan(scores[2]! - scores[1]!);
  });

  it('prefers the shorter of two passages with the same terms', () => {
    expect(scoreOf([1], [1], 50, TOTALS)).toBeGreaterThan(scoreOf([1], [1], 200, TOTALS));
  });

  it('gives the textbook score', () => {
    expect(scoreOf([2], [1.5], 100, TOTALS)).toBeCloseTo((1.5 * 2 * 2.2) / (2 + 1.2), 10);
  });

  it('selects first the passages with the rarest terms, and few of one document', () => {
    const flood = Array.from({ length: 100 }, (_, index) => holder(`f${index}`, 0b01, { documentId: 'flood' }));
    const chosen = chooseCandidates([...flood, holder('small', 0b01), holder('best', 0b11)], [1, 2], 40);
    expect(chosen[0]!.id).toBe('best');
    expect(chosen.map(({ id }) => id)).toContain('small');
    expect(chosen.filter(({ documentId }) => documentId === 'flood')).toHaveLength(25);
  });

  it('counts terms in the text of a vector, those of titles twice, and no part of another word', () => {
    const vector = "'commit':3,7,12A 'it':2 'recommit':1 'o2':4";
    expect(countTerms(vector, ['commit', 'it', 'mit', 'o2', 'none'])).toEqual([4, 1, 0, 1, 0]);
  });
});
