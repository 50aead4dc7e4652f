import assert from 'node:assert/strict';
import { it } from 'node:test';
import { bestOf, matchesIn } from './found-words.ts';

const found = (text: string, query: string) => matchesIn(text, query).map(({ start, end }) => text.slice(start, end));

it('finds words by their beginning, in any case, and not inside other words', () => {
  assert.deepEqual(found('Dual-write: dualism, individual, DUAL.', 'dual'), ['Dual', 'dualism', 'DUAL']);
});

it('takes the marks of a query for what separates its words', () => {
  assert.deepEqual(found('A dual-write is (never) a write.*', 'dual-write .*('), ['dual', 'write', 'write']);
});

it('finds nothing for a query without a word', () => {
  assert.deepEqual(matchesIn('a - b', ' -- '), []);
});

it('chooses the place where the words stand together, not the first of one of them', () => {
  const text = `The tide. ${'x '.repeat(60)}A table of the tide.`;
  const matches = matchesIn(text, 'tide table');
  assert.equal(text.slice(matches[bestOf(matches, text, 'tide table')]!.start).startsWith('table of the tide'), true);
});

it('bounds its work in a text that is nothing but matches', () => {
  assert.equal(matchesIn('tide '.repeat(5_000), 'tide').length, 500);
});
