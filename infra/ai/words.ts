/** Scripts without spaces between words. */
const UNSPACED = String.raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}`;
const UNSPACED_CHARACTER = new RegExp(`[${UNSPACED}]`, 'u');
const WORD = new RegExp(String.raw`[${UNSPACED}]+|(?:(?![${UNSPACED}])[\p{L}\p{M}\p{N}])+`, 'gu');
const MARKS = /[\u0300-\u036f]/g;

/** Stop words of English, French, German, Spanish and Italian. */
const STOP_WORDS = new Set(
  `a an the and or but if then else of to in on at by for from with as is are was were be been being am do does did
  have has had having it its this that these those there here i you he she we they me him us them my your his her our
  their what which who whom whose when where why how not no nor so than too very can could will would shall should may
  might must just about into over under again more most some any all each other such only own same both few up down
  out off also between during before after because while until against tell show give find please
  much many lot want need know get got go goes let say says said like hello hi thanks thank
  le la les un une des du de et ou est sont dans pour par sur avec que qui ne pas au aux ce cette ces il elle nous vous
  ils je quel quelle der die das ein eine einer eines einem einen und oder ist sind war im am zu zum zur von vom mit auf
  für als auch nicht dass wie bei aus nach es sie er wir ihr ich wer wo wann warum welche welcher el los las unos unas y
  o es son en por para con como pero más se su sus lo al del gli uno e è sono di da per che non`.split(/\s+/),
);

/** Tokenises a text; words are normalised and without accents. A run of an unspaced script is one word. */
export function wordsOf(text: string): string[] {
  return text.normalize('NFKD').replace(MARKS, '').normalize('NFKC').match(WORD) ?? [];
}

export function isUnspaced(word: string): boolean {
  return UNSPACED_CHARACTER.test(word);
}

export function isStopWord(word: string): boolean {
  return STOP_WORDS.has(word);
}

/** Removes the most common English endings, enough to match `installs` and `installing`. */
export function stemOf(word: string): string {
  if (word.length < 5 || isUnspaced(word)) return word;
  if (word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  return word.replace(/(ing|ers?|ed|es|s|ly)$/, (ending) => (word.length - ending.length >= 3 ? '' : ending));
}

/** Extracts the stems of significant words, and the character bigrams of unspaced scripts. */
export function topicsOf(text: string): string[] {
  return wordsOf(text.toLowerCase()).flatMap((word) => {
    if (isUnspaced(word)) return pairsOf(word);
    return isStopWord(word) ? [] : [stemOf(word)];
  });
}

export function pairsOf(word: string): string[] {
  const characters = [...word];
  return characters.length === 1 ? characters : characters.slice(1).map((character, index) => characters[index]! + character);
}
