import type { NumberedPassage } from '../ai.ts';
import { embedText } from '../ngram-embedding.ts';
import { holdsAnswer, intentOf, isPlainAnswer, subjectOf, type Intent } from './intent.ts';
import { hasCells, isHead, sentencesIn } from './sentences.ts';
import { topicsOf, wordsOf } from '../words.ts';

const MAX_QUOTES = 3;
const MAX_QUOTE = 400;
/** The minimum share of the question's words, weighted by rarity, below which nothing is quoted. */
const MIN_COVERAGE = 0.2;
/** The share of the question from which on a whole passage is on the topic. */
const MIN_CONTEXT = 0.5;
/** Score bonuses of a sentence: for the passage around it, and for being a total or a date. */
const CONTEXT_WEIGHT = 0.5;
const PLAIN_ANSWER = 0.5;
/** The weight of table heads, which are quoted only if nothing is better. */
const HEAD_WEIGHT = 0.5;
/** The minimum score of a further quote, relative to the best. */
const NEARLY = 0.7;
const SAME = 0.85;
/** The minimum words of a sentence in a summary. */
const MIN_TELLING_WORDS = 8;

/** A quoted sentence with its passage. */
export interface Quote {
  text: string;
  passage: NumberedPassage;
}

interface Candidate extends Quote {
  topics: Set<string>;
  vector: Float32Array;
  /** The words of the whole passage, including the name of its document. */
  around: Set<string>;
}

/** Returns the sentences that answer the question best, best first; none if no passage is on the topic. */
export function quotesFor(question: string, passages: NumberedPassage[]): Quote[] {
  const intent = intentOf(question);
  const candidates = passages.flatMap((passage) => candidatesOf(passage, intent));
  const asked = subjectOf(topicsOf(question), intent);
  const weights = rarity(asked, candidates);
  if (intent === 'summary') return beginningsOf(candidates, weights);
  const questionVector = embedText(question);
  const ranked = candidates
    .map((candidate) => {
      const own = coverage(candidate.topics, weights);
      const around = coverage(candidate.around, weights);
      const isPlain = isPlainAnswer(candidate.text, intent);
      const score = own + (intent ? CONTEXT_WEIGHT * around : 0) + (isPlain ? PLAIN_ANSWER : 0) + dot(questionVector, candidate.vector);
      const isAbout = own >= MIN_COVERAGE || (isPlain && around >= MIN_CONTEXT);
      return { candidate, isAbout, score: isHead(candidate.text) ? score * HEAD_WEIGHT : score };
    })
    .filter(({ isAbout }) => isAbout)
    .sort((a, b) => b.score - a.score);
  const answering = ranked.filter(({ candidate }) => holdsAnswer(candidate.text, intent));
  return best(answering.length > 0 ? answering : ranked);
}

function best(ranked: { candidate: Candidate; score: number }[]): Quote[] {
  const chosen: Candidate[] = [];
  for (const { candidate, score } of ranked) {
    if (chosen.length === MAX_QUOTES || score < ranked[0]!.score * NEARLY) break;
    if (!chosen.some((other) => isSame(other, candidate))) chosen.push(candidate);
  }
  return chosen.map(({ text, passage }) => ({ text, passage }));
}

/** Returns true for near duplicates; sentences with different figures are never duplicates. */
function isSame(a: Candidate, b: Candidate): boolean {
  return dot(a.vector, b.vector) >= SAME && figuresOf(a.text) === figuresOf(b.text);
}

function figuresOf(text: string): string {
  return text.match(/\d+/g)?.join(' ') ?? '';
}

/** Returns the first sentences of the document that the question names, else of the first three documents. */
function beginningsOf(candidates: Candidate[], weights: Map<string, number>): Quote[] {
  const documents = [...Map.groupBy(candidates, ({ passage }) => passage.documentName).values()].map((own) => ({
    own,
    coverage: coverage(new Set(own.flatMap(({ around }) => [...around])), weights),
  }));
  if (weights.size === 0) return documents.slice(0, MAX_QUOTES).flatMap(({ own }) => tellingOf(own).slice(0, 1));
  const named = documents.toSorted((a, b) => b.coverage - a.coverage)[0];
  return named && named.coverage >= MIN_COVERAGE ? tellingOf(named.own).slice(0, MAX_QUOTES) : [];
}

/** Sorts quotes in reading order: whole sentences, or rows with a value if there are none. */
function tellingOf(candidates: Candidate[]): Quote[] {
  const inOrder = candidates.toSorted((a, b) => pageOf(a.passage) - pageOf(b.passage));
  const sentences = inOrder.filter(({ text }) => !hasCells(text) && wordsOf(text).length >= MIN_TELLING_WORDS && /\p{Ll}/u.test(text));
  const telling = sentences.length > 0 ? sentences : inOrder.filter(({ text }) => !isHead(text));
  return telling
    .filter((candidate, at) => !telling.slice(0, at).some((other) => isSame(other, candidate)))
    .map(({ text, passage }) => ({ text, passage }));
}

function pageOf({ pageLabel }: NumberedPassage): number {
  return Number(/\d+/.exec(pageLabel ?? '')?.[0] ?? 0);
}

function candidatesOf(passage: NumberedPassage, intent: Intent): Candidate[] {
  const around = new Set(topicsOf(`${passage.documentName} ${passage.text}`));
  return sentencesIn(passage.text, intent === 'amount' ? 'alone' : 'together').map(({ text, heading }) => {
    const whole = `${heading} ${text}`;
    return { text: shorten(text), passage, topics: new Set(topicsOf(whole)), vector: embedText(whole), around };
  });
}

/** Weights each word of the question by its rarity among the sentences; a word that occurs in none counts, too. */
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
