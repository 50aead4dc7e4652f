import { describe, expect, it } from '@jest/globals';
import { isId, newId, timeOf } from './id.ts';

describe('ids', () => {
  it('are UUIDs of version 7 that are all different and sort as they were made', () => {
    const ids = Array.from({ length: 20_000 }, newId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(ids.toSorted());
    expect(ids.filter((id) => !/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id))).toEqual([]);
    expect(ids.every(isId)).toBe(true);
  });

  it('tell when they were made', () => {
    expect(Math.abs(timeOf(newId()) - Date.now())).toBeLessThan(1_000);
  });
});
