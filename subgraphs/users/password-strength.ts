import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { adjacencyGraphs, dictionary } from '@zxcvbn-ts/language-common';
import { Failure } from '../../schema/errors.ts';

/** Maximum of characters that are estimated: further ones cannot make a password weaker, and cost time. */
const EXAMINED_CHARACTERS = 64;

/** zxcvbn's score: below 2, a password is found with fewer than a million guesses. */
const MIN_SCORE = 2;

const MIN_OWN_WORD = 3;
const MIN_REMAINDER = 5;

/** Built on first use, because loading the word list takes 50 ms. */
let estimator: ZxcvbnFactory | undefined;

/**
 * Rejects a password that is common, follows a pattern, or is derived from the person's own data
 * (NIST SP 800-63B §5.1.1.2). `own` are texts about the person: their name and e-mail address.
 */
export function requireUnguessable(password: string, own: readonly string[]): void {
  const words = ownWords(own);
  if (isMadeOf(password, words)) {
    throw new Failure('PASSWORD_TOO_WEAK', { reason: 'The password must not be your name or e-mail address.', field: 'password' });
  }
  estimator ??= new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs, maxLength: EXAMINED_CHARACTERS });
  const { score } = estimator.check([...password].slice(0, EXAMINED_CHARACTERS).join(''), [...words, 'parley']);
  if (score < MIN_SCORE) throw new Failure('PASSWORD_TOO_WEAK', { field: 'password' });
}

/** Returns each text and its words in lower case, longest first. */
function ownWords(own: readonly string[]): string[] {
  const texts = own.map(fold).flatMap((text) => [text, ...text.split(/[^\p{L}\p{N}]+/u)]);
  return [...new Set(texts)].filter((word) => word.length >= MIN_OWN_WORD).toSorted((a, b) => b.length - a.length);
}

/** Returns true if too little remains without the words. */
function isMadeOf(password: string, words: readonly string[]): boolean {
  const folded = fold(password);
  const rest = words.reduce((text, word) => text.replaceAll(word, ' '), folded);
  return rest !== folded && rest.replaceAll(' ', '').length < MIN_REMAINDER;
}

function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase().trim();
}
