import { describe, expect, it } from '@jest/globals';
import { joinCutWords } from './hyphens.ts';

const joined = (...texts: string[]) => joinCutWords(texts.map((text, at) => ({ number: at + 1, text }))).map(({ text }) => text);

describe('a word that the end of a line cuts', () => {
  it('is put together when it stands whole elsewhere in the document', () => {
    expect(joined('An exam-\nple, and more.', 'Another example.')).toEqual(['An example,\nand more.', 'Another example.']);
  });

  it('keeps a hyphen that it has within a line, too', () => {
    expect(joined('A multi-\nagent system.', 'Multi-agent systems.')[0]).toBe('A multi-agent\nsystem.');
  });

  it('stays cut where nothing tells what it is', () => {
    expect(joined('A well-\nknown event.')).toEqual(['A well-\nknown event.']);
  });

  it('loses a soft hyphen', () => {
    expect(joined('An exam\u00ad\nple of it.')).toEqual(['An example\nof it.']);
  });

  it('leaves paragraphs and names as they are', () => {
    expect(joined('An exam-\n\nple. Jean-\nPaul, example.')).toEqual(['An exam-\n\nple. Jean-\nPaul, example.']);
    expect(joined('the exam-\nple\nnext line', 'example')[0]).toBe('the example\nnext line');
  });
});
