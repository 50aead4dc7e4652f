import { describe, expect, it } from '@jest/globals';
import { joinCutWords } from './hyphens.ts';

const joined = (...texts: string[]) => joinCutWords(texts.map((text, at) => ({ number: at + 1, text }))).map(({ text }) => text);

describe('a word that is hyphenated at a line end', () => {
  it('is joined when it occurs whole elsewhere in the document', () => {
    expect(joined('An exam-\nple, and more.', 'Another example.')).toEqual(['An example,\nand more.', 'Another example.']);
  });

  it('keeps a hyphen that it also has within a line', () => {
    expect(joined('A multi-\nagent system.', 'Multi-agent systems.')[0]).toBe('A multi-agent\nsystem.');
  });

  it('stays hyphenated where the document gives no evidence', () => {
    expect(joined('A well-\nknown event.')).toEqual(['A well-\nknown event.']);
  });

  it('loses a soft hyphen', () => {
    expect(joined('An exam\u00ad\nple of it.')).toEqual(['An example\nof it.']);
  });

  it('is the only change: paragraphs and names stay', () => {
    expect(joined('An exam-\n\nple. Jean-\nPaul, example.')).toEqual(['An exam-\n\nple. Jean-\nPaul, example.']);
    expect(joined('the exam-\nple\nnext line', 'example')[0]).toBe('the example\nnext line');
  });
});
