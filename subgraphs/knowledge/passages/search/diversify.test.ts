import { describe, expect, it } from '@jest/globals';
import { diversify } from './diversify.ts';

describe('diversify', () => {
  const hit = (id: string, documentId: string, text = `text ${id}`) => ({ id, documentId, text });

  it('gives one document its share, and the rest of the places to others', () => {
    const hits = [...Array.from({ length: 9 }, (_, index) => hit(`f${index}`, 'flood')), hit('x', 'other'), hit('y', 'third')];
    expect(diversify(hits, 4, 2).map(({ id }) => id)).toEqual(['f0', 'f1', 'x', 'y']);
  });

  it('lets one document fill places that no other can', () => {
    const hits = Array.from({ length: 9 }, (_, index) => hit(`f${index}`, 'only'));
    expect(diversify(hits, 5, 2).map(({ id }) => id)).toEqual(['f0', 'f1', 'f2', 'f3', 'f4']);
  });

  it('keeps equal texts once, regardless of white space', () => {
    expect(diversify([hit('a', '1', 'Same  text'), hit('b', '2', 'same text'), hit('c', '3')], 5, 5).map(({ id }) => id)).toEqual([
      'a',
      'c',
    ]);
  });
});
