import { describe, expect, it } from '@jest/globals';
import { cleanJson, CleanText } from './clean-text.ts';

describe('CleanText', () => {
  it('joins an emoji that was split between two pieces', () => {
    const text = new CleanText();
    expect(['Hi \ud83d', '\ude00!', '\ud83d', '\ude00'].map((piece) => text.next(piece))).toEqual(['Hi ', '😀!', '', '😀']);
  });

  it('removes NUL, and replaces surrogates that stay unpaired', () => {
    const text = new CleanText();
    expect(text.next('a\0b\ude00c')).toBe('ab\ufffdc');
  });

  it('cleans the strings inside JSON, and leaves text that is not JSON', () => {
    expect(cleanJson('{"a":"1\\u0000\\ud800"}')).toBe('{"a":"1\ufffd"}');
    expect(cleanJson('{"a": 1}')).toBe('{"a": 1}');
    expect(cleanJson('{"a":"\\u0000')).toBe('{"a":"\\u0000');
  });
});
