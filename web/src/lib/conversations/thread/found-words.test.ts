import assert from 'node:assert/strict';
import { it } from 'node:test';
import { bestOf, matchesIn } from './found-words.ts';

const found = (text: string, query: string) => matchesIn(text, query).map(({ start, end }) => text.slice(start, end));

it('matchesIn matches words by prefix, ignoring case, not inside other words', () => {
  assert.deepEqual(found('Dual-write: dualism, individual, DUAL.', 'dual'), ['Dual', 'dualism', 'DUAL']);
});

it('matchesIn treats punctuation in a query as word separators', () => {
  assert.deepEqual(found('A dual-write is (never) a write.*', 'dual-write .*('), ['dual', 'write', 'write']);
});

it('matchesIn returns no match for a query without words', () => {
  assert.deepEqual(matchesIn('a - b', ' -- '), []);
});

it('bestOf prefers the position where most words are close together to the first match', () => {
  const text = `The tide. ${'x '.repeat(60)}A table of the tide.`;
  const matches = matchesIn(text, 'tide table');
  assert.equal(text.slice(matches[bestOf(matches, text, 'tide table')]!.start).startsWith('table of the tide'), true);
});

it('matchesIn limits its work in a text that consists of matches only', () => {
  assert.equal(matchesIn('tide '.repeat(5_000), 'tide').length, 500);
});
