import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { BlockReader } from './blocks.ts';
import { lex } from './lexer.ts';

const ANSWER = [
  '# Title\n\nA paragraph with **bold**, `code` and a source [1].\nSecond line.\n\n',
  '- one\n- two\n\n  still two\n- three\n\n1. first\n2. second\n\n',
  '```ts\nconst a = 1;\n\nconst b = [2];\n```\n\n',
  '| a | b |\n|---|--:|\n| 1 | 2 |\n| 3 | 4 |\n\n> quoted\n> twice\n\n---\n\n',
  '$$\nx^2\n$$\n\nThe end, with a [link][ref] and \\(y\\).\n\n[ref]: https://example.org\n',
].join('');

const growing = (reader: BlockReader, text: string, step: number) => {
  for (let length = step; length < text.length; length += step) reader.read(text.slice(0, length), false);
  return reader.read(text, false);
};

describe('BlockReader', () => {
  it('returns blocks that cover the text exactly', () => {
    assert.equal(
      lex(ANSWER)
        .map((token) => token.raw)
        .join(''),
      ANSWER,
    );
  });

  it('returns the blocks of the whole text for any size of pieces', () => {
    const whole = new BlockReader().read(ANSWER, true).map((block) => [block.key, block.token.raw]);
    for (const step of [1, 2, 3, 7, 50]) {
      const reader = new BlockReader();
      growing(reader, ANSWER, step);
      assert.deepEqual(
        reader.read(ANSWER, true).map((block) => [block.key, block.token.raw]),
        whole,
      );
    }
  });

  it('returns the same objects for settled blocks', () => {
    const reader = new BlockReader();
    const early = reader.read(ANSWER.slice(0, 120), false);
    const late = reader.read(ANSWER.slice(0, 200), false);
    assert.ok(early.filter((block) => block.settled).length > 0);
    for (const [at, block] of early.entries()) if (block.settled) assert.equal(late[at], block);
  });

  it('starts over when the text is replaced', () => {
    const reader = new BlockReader();
    growing(reader, ANSWER, 9);
    assert.deepEqual(
      reader.read('Other', false).map((block) => block.token.raw),
      ['Other'],
    );
  });

  it('does not turn a line into a heading because of dashes below it', () => {
    assert.equal(new BlockReader().read('Points:\n-', false)[0]?.token.type, 'paragraph');
  });

  it('parses in time proportional to the end, not to the whole text', () => {
    const long = readFileSync(new URL(import.meta.url), 'utf8')
      .replace(/^/gm, 'word ')
      .replace(/\n/g, '\n\n');
    const reader = new BlockReader();
    growing(reader, long, 60);
    const begun = performance.now();
    for (let at = 0; at < 100; at++) reader.read(`${long}${'x'.repeat(at)}`, false);
    assert.ok((performance.now() - begun) / 100 < 5, 'a piece takes less than 5 ms');
  });
});

it('BlockReader closes open markup of a text that was cut, not of a complete one', () => {
  const text = 'It is so.\n\n| Area | Bef';
  const ends = (cut: boolean) => new BlockReader().read(text, true, cut).at(-1)?.token.type;
  assert.deepEqual([ends(true), ends(false)], ['table', 'paragraph']);
});
