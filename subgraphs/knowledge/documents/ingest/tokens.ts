const CHARACTER_EACH = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/gu;
const WORD = /[\p{L}\p{N}\p{M}]+/gu;
const SIGN = /[^\s\p{L}\p{N}\p{M}]/gu;

/**
 * Estimates the tokens of a text: one for a word of up to seven letters, one for each sign, and one for each character
 * of scripts without spaces. Passages need only approximately equal lengths.
 */
export function estimateTokens(text: string): number {
  const characters = text.match(CHARACTER_EACH)?.length ?? 0;
  const rest = characters > 0 ? text.replace(CHARACTER_EACH, ' ') : text;
  let tokens = characters;
  for (const [word] of rest.matchAll(WORD)) tokens += Math.ceil(word.length / 7);
  return tokens + (rest.match(SIGN)?.length ?? 0) * 0.8;
}
