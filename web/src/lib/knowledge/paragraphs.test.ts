import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { linesJoined, markedPieces, paragraphsOf } from './paragraphs.ts';

it('linesJoined joins lines of a paragraph, keeps headings, items and rows, and preserves offsets', () => {
  const text = '## Fees\n\nA berth\ncosts:\n- 12 euros\n- a night';
  assert.equal(linesJoined(text), '   Fees \nA berth costs:\n- 12 euros\n- a night');
  assert.equal(linesJoined(text).length, text.length);
});

describe('paragraphsOf', () => {
  it('keeps the offsets of the document', () => {
    const text = 'First.\n\nSecond\nline.\n \nThird.';
    const whole = 'x'.repeat(100) + text;
    const paragraphs = paragraphsOf({ number: 2, start: 100, end: 100 + text.length, text });
    assert.deepEqual(
      paragraphs.map((paragraph) => paragraph.text),
      ['First.', 'Second\nline.', 'Third.'],
    );
    for (const { start, end, text: piece } of paragraphs) assert.equal(whole.slice(start, end), piece);
  });

  it('splits a text without blank lines into pieces that join to it', () => {
    const text = Array.from({ length: 900 }, (_, at) => `row ${at} of a table`).join('\n');
    const paragraphs = paragraphsOf({ number: null, start: 0, end: text.length, text });
    assert.ok(paragraphs.length > 3);
    assert.equal(paragraphs.map((paragraph) => paragraph.text).join(''), text);
  });

  it('splits a text without any break', () => {
    const text = 'a'.repeat(10_000);
    assert.equal(
      paragraphsOf({ number: null, start: 0, end: text.length, text })
        .map((paragraph) => paragraph.text)
        .join(''),
      text,
    );
  });
});

describe('markedPieces', () => {
  it('returns pieces that join to the text, with the spans marked', () => {
    const pieces = markedPieces('tell the truth', [
      { start: 9, end: 14 },
      { start: 0, end: 4 },
    ]);
    assert.deepEqual(pieces, [
      { text: 'tell', marked: true },
      { text: ' the ', marked: false },
      { text: 'truth', marked: true },
    ]);
  });

  it('accepts spans that overlap or lie outside the text', () => {
    const pieces = markedPieces('abcdef', [
      { start: -5, end: 2 },
      { start: 1, end: 3 },
      { start: 5, end: 99 },
      { start: 40, end: 50 },
    ]);
    assert.equal(pieces.map((piece) => piece.text).join(''), 'abcdef');
    assert.deepEqual(
      pieces.filter((piece) => piece.marked).map((piece) => piece.text),
      ['ab', 'c', 'f'],
    );
  });
});
