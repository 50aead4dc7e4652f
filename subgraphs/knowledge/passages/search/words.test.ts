import { describe, expect, it } from '@jest/globals';
import { marksOf } from './marks.ts';
import { questionTerms, wordsOf } from './words.ts';

const terms = (text: string) => wordsOf(text).map(({ term }) => term);

describe('wordsOf', () => {
  it('brings the forms of a word together', () => {
    expect(new Set(terms('index indexes indexed indexing'))).toEqual(new Set(['index']));
    expect(terms('NAÏVE naive')).toEqual(['naiv', 'naiv']);
    expect(terms('Straße STRASSE')).toEqual(['strass', 'strass']);
  });

  it('finds names with signs as a whole and by their parts', () => {
    expect(terms('core.autocrlf')).toEqual(['coreautocrlf', 'core', 'autocrlf']);
    expect(terms('AUDIO-5521')).toContain('audio5521');
  });

  it('joins a word that a line end has cut', () => {
    expect(terms('con-\nfirming')).toContain('confirm');
  });

  it('cuts scripts without spaces into pairs', () => {
    expect(terms('東京都に')).toEqual(['東京', '京都', '都に']);
    expect(terms('犬')).toEqual(['犬']);
    expect(terms('Windows版')).toEqual(['window', '版']);
  });

  it('says where each word stands', () => {
    const text = 'Déjà vu: e-mail 東京都 👋 end';
    for (const { term, start, end } of wordsOf(text)) expect(wordsOf(text.slice(start, end)).map((word) => word.term)).toContain(term);
  });
});

describe('questionTerms', () => {
  it('leaves out empty words', () => {
    expect(questionTerms('How do I undo the last commit?')).toEqual(['undo', 'last', 'commit']);
  });

  it('keeps empty words when there are no others', () => {
    expect(questionTerms('what is it')).toEqual(['what', 'is', 'it']);
  });

  it('finds no terms in signs alone', () => {
    expect(questionTerms('?! -- ()')).toEqual([]);
  });
});

describe('marksOf', () => {
  it('marks each word that matches, in any form', () => {
    const text = 'Commits are undone by committing again.';
    const marks = marksOf(text, new Set(questionTerms('commit')));
    expect(marks.map(({ start, end }) => text.slice(start, end))).toEqual(['Commits', 'committing']);
  });

  it('joins marks that overlap', () => {
    const text = 'Set core.autocrlf now';
    expect(marksOf(text, new Set(questionTerms('core.autocrlf')))).toEqual([{ start: 4, end: 17 }]);
  });
});
