import { stem } from './stem.ts';

/** A token of a text: its term and its position (UTF-16 code units). */
export interface Word {
  term: string;
  start: number;
  end: number;
}

/** Tokenises a passage, with repetitions; terms of the document's name and headings are separate. */
export function passageTerms(
  documentName: string,
  { heading, text }: { heading: string; text: string },
): { title: string[]; body: string[] } {
  return { title: termsOf(`${documentName} ${heading}`), body: termsOf(text) };
}

function termsOf(text: string): string[] {
  return wordsOf(text).map(({ term }) => term);
}

/**
 * A run of letters and digits with single signs between, as in `core.autocrlf`, `--no-verify` or `AUDIO-5521`; a hyphen
 * may end a line.
 */
const RUN = /[\p{L}\p{N}\p{M}]+(?:(?:[._/:@+]|-\n?)[\p{L}\p{N}\p{M}]+)*/gu;
const PART = /[\p{L}\p{N}\p{M}]+/gu;
/** Scripts without spaces between words. */
const UNSPACED = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}\u30fc]+/gu;
const UNSPACED_TERM = /^[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]{2,}$/u;
const MAX_PARTS = 6;
const MAX_TERM = 60;

/**
 * Tokenises a text in any language; terms are stemmed and without accents. `core.autocrlf` yields the whole and its
 * parts. Scripts without spaces yield bigrams, which need no dictionary and split question and text in the same way.
 */
export function wordsOf(text: string): Word[] {
  const words: Word[] = [];
  for (const { 0: run, index } of text.matchAll(RUN)) {
    const parts = [...run.matchAll(PART)];
    if (parts.length > 1 && parts.length <= MAX_PARTS) words.push(word(run.replace(/[^\p{L}\p{N}\p{M}]/gu, ''), index, index + run.length));
    for (const part of parts) words.push(...partWords(part[0], index + part.index));
  }
  return words;
}

function partWords(part: string, at: number): Word[] {
  const words: Word[] = [];
  let done = 0;
  for (const { 0: unspaced, index } of part.matchAll(UNSPACED)) {
    if (index > done) words.push(word(part.slice(done, index), at + done, at + index));
    words.push(...pairs(unspaced, at + index));
    done = index + unspaced.length;
  }
  if (done < part.length) words.push(word(part.slice(done), at + done, at + part.length));
  return words;
}

function pairs(text: string, at: number): Word[] {
  const characters = [...text];
  if (characters.length === 1) return [word(text, at, at + text.length)];
  const words: Word[] = [];
  let start = at;
  for (let index = 0; index + 1 < characters.length; index += 1) {
    const pair = characters[index]! + characters[index + 1]!;
    words.push({ term: lettersOf(pair.normalize('NFKC')), start, end: start + pair.length });
    start += characters[index]!.length;
  }
  return words;
}

function word(text: string, start: number, end: number): Word {
  const plain = lettersOf(text.normalize('NFKD')).replaceAll('ß', 'ss');
  return { term: stem(plain).slice(0, MAX_TERM), start, end };
}

/** Keeps only letters and digits, so that a term needs no escaping. */
function lettersOf(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}

/** English stop words. Those of other languages are frequent and therefore have a low weight. */
const EMPTY = new Set(
  'a about all also am an and any are as at be been being but by can could d did do does doing done each every for from get give had has have having how i if in into is it its ll m me my no not of on only or our out over re s should so some such t tell than that the their them then there these they this those to too us use using used up ve very want was way we were what when where which while who why will with would you your'
    .split(' ')
    .map(stem),
);

/** Returns true for terms that can describe a topic: no stop word, number or single letter. */
export function isTelling(term: string): boolean {
  return (term.length > 2 && /\p{L}/u.test(term) && !EMPTY.has(term)) || UNSPACED_TERM.test(term);
}

/** Returns the distinct terms of a question, without stop words unless there are no others. */
export function questionTerms(question: string): string[] {
  const terms = [...new Set(wordsOf(question).map(({ term }) => term))].filter(Boolean);
  const telling = terms.filter((term) => !EMPTY.has(term));
  return (telling.length > 0 ? telling : terms).slice(0, 32);
}
