import { describe, expect, it } from '@jest/globals';
import { marksOf } from './marks.ts';
import { questionTerms, wordsOf } from './words.ts';

const terms = (text: string) => wordsOf(text).map(({ term }) => term);

describe('wordsOf', () => {
  it('reduces inflected forms of a word to one term', () => {
    expect(new Set(terms('index indexes indexed indexing'))).toEqual(new Set(['index']));
    expect(terms('NAÏVE naive')).toEqual(['naiv', 'naiv']);
    expect(terms('Straße STRASSE')).toEqual(['strass', 'strass']);
  });

  it('indexes names with punctuation as a whole and by their parts', () => {
    expect(terms('core.autocrlf')).toEqual(['coreautocrlf', 'core', 'autocrlf']);
    expect(terms('AUDIO-5521')).toContain('audio5521');
  });

  it('joins a word that is hyphenated at a line end', () => {
    expect(terms('con-\nfirming')).toContain('confirm');
  });

  it('splits scripts without spaces into bigrams', () => {
    expect(terms('東京都に')).toEqual(['東京', '京都', '都に']);
    expect(terms('犬')).toEqual(['犬']);
    expect(terms('Windows版')).toEqual(['window', '版']);
  });

  it('returns the offsets of each word', () => {
    const text = 'Déjà vu: e-mail 東京都 👋 end';
    for (const { term, start, end } of wordsOf(text)) expect(wordsOf(text.slice(start, end)).map((word) => word.term)).toContain(term);
  });
});

describe('questionTerms', () => {
  it('leaves out stop words', () => {
    expect(questionTerms('How do I undo the last commit?')).toEqual(['undo', 'last', 'commit']);
  });

  it('keeps stop words when there are no other words', () => {
    expect(questionTerms('what is it')).toEqual(['what', 'is', 'it']);
  });

  it('finds no terms in punctuation alone', () => {
    expect(questionTerms('?! -- ()')).toEqual([]);
  });
});

describe('marksOf', () => {
  it('marks each matching word, in any inflected form', () => {
    const text = 'Commits are undone by committing again.';
    const marks = marksOf(text, new Set(questionTerms('commit')));
    expect(marks.map(({ start, end }) => text.slice(start, end))).toEqual(['Commits', 'committing']);
  });

  it('joins marks that overlap', () => {
    const text = 'Set core.autocrlf now';
    expect(marksOf(text, new Set(questionTerms('core.autocrlf')))).toEqual([{ start: 4, end: 17 }]);
  });
});
