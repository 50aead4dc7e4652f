import type { NumberedPassage } from './ai.ts';
import { embedText } from './ngram-embedding.ts';
import { estimateTokens } from './tokens.ts';
import { topicsOf } from './words.ts';

const MAX_QUOTES = 3;
const MAX_QUOTE = 400;
/** A piece of fewer tokens is a label: it is read with what follows. */
const MIN_SENTENCE = 7;
/** Rows of a table say little alone: several are shown together. */
const MIN_TABLE = 200;
const ABBREVIATIONS = String.raw`\b(?i:vs|e\.g|i\.e|etc|cf|al|dr|mr|mrs|ms|prof|fig|pp?|ca|approx|z\.b|d\.h|usw|bzw)`;
const SENTENCE_END = new RegExp(
  String.raw`(?<=[.!?…]["'”’)]*)(?<!${ABBREVIATIONS}\.)\s+(?=[^\p{Ll}])|(?<=[。！？])|\n(?=\s*[-*•\d]|[^\n]* \| )`,
  'u',
);
/** Below this share of the question's words, weighed by how rare they are here, nothing was found. */
const MIN_COVERAGE = 0.2;
/** A further quote must be nearly as good as the best. */
const NEARLY = 0.7;
const SAME = 0.85;

/** A sentence worth showing, and the passage it stands in. */
export interface Quote {
  text: string;
  passage: NumberedPassage;
}

interface Candidate extends Quote {
  topics: Set<string>;
  vector: Float32Array;
}

/** The sentences that answer the question best, the best first; none when no passage is about it. */
export function quotesFor(question: string, passages: NumberedPassage[]): Quote[] {
  const candidates = passages.flatMap(sentencesOf);
  const asked = new Set(topicsOf(question));
  const weights = rarity(asked, candidates);
  const questionVector = embedText(question);
  const ranked = candidates
    .map((candidate) => ({ candidate, coverage: coverage(candidate.topics, weights) }))
    .filter(({ coverage }) => coverage >= MIN_COVERAGE)
    .map(({ candidate, coverage }) => ({ candidate, score: coverage + dot(questionVector, candidate.vector) }))
    .sort((a, b) => b.score - a.score);
  const best = ranked[0];
  if (!best) return [];
  const chosen: Candidate[] = [];
  for (const { candidate, score } of ranked) {
    if (chosen.length === MAX_QUOTES || score < best.score * NEARLY) break;
    if (chosen.every((other) => dot(other.vector, candidate.vector) < SAME)) chosen.push(candidate);
  }
  return chosen.map(({ text, passage }) => ({ text, passage }));
}

/** The sentences of a passage. A heading is not quoted, but what stands under it is about what it says. */
function sentencesOf(passage: NumberedPassage): Candidate[] {
  const candidates: Candidate[] = [];
  let heading = '';
  for (const block of passage.text.split(/\n\s*\n|\n(?=\s*#)|(?<=^\s*#[^\n]*)\n/mu)) {
    if (/^\s*#{1,6}\s/.test(block)) {
      heading = block.replace(/^[\s#]+/, '');
      continue;
    }
    for (const text of splitBlock(block)) {
      const whole = `${heading} ${text}`;
      candidates.push({ text: shorten(text), passage, topics: new Set(topicsOf(whole)), vector: embedText(whole) });
    }
  }
  return candidates;
}

/** What ends in a colon, and what is too short to say anything, takes the next sentence along; so does the head of a table. */
function splitBlock(block: string): string[] {
  const sentences: string[] = [];
  let begun = '';
  for (const piece of block
    .split(SENTENCE_END)
    .map((text) => text.replace(/\s+/g, ' ').trim())
    .filter(Boolean)) {
    const inTable = isRow(piece) && isRow(begun);
    begun = begun ? `${begun}${inTable ? '\n' : ' '}${piece}` : piece;
    if (estimateTokens(begun) < MIN_SENTENCE || begun.endsWith(':') || (isRow(begun) && begun.length < MIN_TABLE)) continue;
    sentences.push(begun);
    begun = '';
  }
  return begun ? [...sentences, begun] : sentences;
}

function isRow(text: string): boolean {
  return text.split(' | ').length > 2;
}

/** How telling each word of the question is among these sentences: the rarer, the more. A word that none has counts too. */
function rarity(asked: Set<string>, candidates: Candidate[]): Map<string, number> {
  const weights = new Map<string, number>();
  for (const topic of asked) {
    const having = candidates.filter((candidate) => candidate.topics.has(topic)).length;
    weights.set(topic, Math.log(1 + (candidates.length + 1) / (having + 1)));
  }
  return weights;
}

function coverage(topics: Set<string>, weights: Map<string, number>): number {
  let met = 0;
  let all = 0;
  for (const [topic, weight] of weights) {
    all += weight;
    if (topics.has(topic)) met += weight;
  }
  return all === 0 ? 0 : met / all;
}

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, index) => sum + value * b[index]!, 0);
}

function shorten(text: string): string {
  if (text.length <= MAX_QUOTE) return text;
  const cut = text.slice(0, MAX_QUOTE);
  const space = cut.lastIndexOf(' ');
  return `${(space > MAX_QUOTE / 2 ? cut.slice(0, space) : cut).toWellFormed().replace(/\uFFFD$/, '')} …`;
}
