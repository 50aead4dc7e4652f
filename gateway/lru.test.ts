import { expect, it } from '@jest/globals';
import { Lru } from './lru.ts';

it('forgets what was used longest ago when there are too many entries', () => {
  const lru = new Lru<number>(2, 100);
  lru.add('a', 1, 1);
  lru.add('b', 2, 1);
  lru.get('a');
  lru.add('c', 3, 1);
  expect([lru.get('a'), lru.get('b'), lru.get('c')]).toEqual([1, undefined, 3]);
});

it('forgets as many as it takes when they weigh too much', () => {
  const lru = new Lru<number>(10, 10);
  for (const key of ['a', 'b', 'c']) lru.add(key, 1, 3);
  lru.add('d', 4, 8);
  expect([lru.get('a'), lru.get('b'), lru.get('c'), lru.get('d')]).toEqual([undefined, undefined, undefined, 4]);
});

it('does not keep what outweighs everything', () => {
  const lru = new Lru<number>(10, 10);
  lru.add('a', 1, 3);
  lru.add('b', 2, 11);
  expect([lru.get('a'), lru.get('b')]).toEqual([1, undefined]);
});
