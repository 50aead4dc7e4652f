import { describe, expect, it } from '@jest/globals';
import { isId, newId, timeOf } from './id.ts';

describe('an id', () => {
  it('is a unique UUID of version 7 that sorts by the time of its creation', () => {
    const ids = Array.from({ length: 20_000 }, newId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(ids.toSorted());
    expect(ids.filter((id) => !/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id))).toEqual([]);
    expect(ids.every(isId)).toBe(true);
  });

  it('contains the time of its creation', () => {
    expect(Math.abs(timeOf(newId()) - Date.now())).toBeLessThan(1_000);
  });
});
