import { estimateTokens } from '../tokens.ts';

/** A piece with fewer tokens is a label, which is joined to the next one. */
const MIN_SENTENCE = 7;
/** The minimum characters of a group of table rows, which mean little alone. */
const MIN_TABLE = 200;
const ABBREVIATIONS = String.raw`\b(?i:vs|e\.g|i\.e|etc|cf|al|dr|mr|mrs|ms|prof|fig|pp?|ca|approx|z\.b|d\.h|usw|bzw)`;
const SENTENCE_END = new RegExp(
  String.raw`(?<=[.!?…]["'”’)]*)(?<!${ABBREVIATIONS}\.)\s+(?=[^\p{Ll}])|(?<=[。！？])|(?<=\d[.,]\d{2})\n|\n(?=\s*[-*•\d]|[^\n]* \| )`,
  'u',
);
const MAX_HEAD_WORDS = 3;

/** A sentence, or rows of a table, with the heading above. */
export interface Sentence {
  text: string;
  heading: string;
}

/** Splits a text into sentences. A heading is not a sentence but the context of those below it. */
export function sentencesIn(text: string, rows: 'together' | 'alone'): Sentence[] {
  const sentences: Sentence[] = [];
  let heading = '';
  for (const block of text.split(/\n\s*\n|\n(?=\s*#)|(?<=^\s*#[^\n]*)\n/mu)) {
    if (/^\s*#{1,6}\s/.test(block)) heading = block.replace(/^[\s#]+/, '');
    else
      sentences.push(...(rows === 'alone' ? rowsIn(block) : splitBlock(piecesOf(block))).map((sentence) => ({ text: sentence, heading })));
  }
  return sentences;
}

function piecesOf(block: string): string[] {
  return block
    .split(SENTENCE_END)
    .map((text) =>
      text
        .replace(/[-=_*]{4,}/g, ' ')
        .replace(/\s+/g, ' ')
        .trim(),
    )
    .filter(Boolean);
}

/** Joins a sentence that ends in a colon, one that is too short, and the head of a table with what follows. */
function splitBlock(pieces: string[]): string[] {
  const sentences: string[] = [];
  let begun = '';
  for (const piece of pieces) {
    const inTable = isRow(piece) && isRow(begun);
    begun = begun ? `${begun}${inTable ? '\n' : ' '}${piece}` : piece;
    if (estimateTokens(begun) < MIN_SENTENCE || begun.endsWith(':') || (isRow(begun) && begun.length < MIN_TABLE)) continue;
    sentences.push(begun);
    begun = '';
  }
  return begun ? [...sentences, begun] : sentences;
}

/** Returns each table row with the table's head, and the text between tables as sentences. */
function rowsIn(block: string): string[] {
  const pieces = piecesOf(block);
  const head = isRow(pieces[0] ?? '') && isHead(pieces[0]!) && pieces.length > 1 ? pieces[0]! : null;
  const rows = pieces.slice(head ? 1 : 0).filter(hasCells);
  const prose = splitBlock(pieces.slice(head ? 1 : 0).filter((piece) => !hasCells(piece)));
  return [...rows.map((row) => (head ? `${head}\n${row}` : row)), ...prose];
}

/** Returns true for a row of column names: no figures, no labels with a colon, short cells only. */
export function isHead(text: string): boolean {
  if (!hasCells(text) || /[\d\n]|:\s/.test(text)) return false;
  return text.split('|').every((cell) => cell.trim().split(/\s+/).length <= MAX_HEAD_WORDS);
}

export function hasCells(text: string): boolean {
  return text.includes(' | ');
}

function isRow(text: string): boolean {
  return text.split(' | ').length > 2;
}
