import { isTelling, wordsOf } from '../passages/search/words.ts';

const TERMS = 8;
const NO_NAME = /[\d./:@_+\n]/;

/** Counts the passages with each word, by topic. */
export class TopicTerms {
  readonly #holding: Map<string, number>[];
  /** The passages of all topics with each term, and the total count of each topic. */
  readonly #everywhere = new Map<string, number>();
  readonly #sizes: number[];
  /** The spellings of each term with their frequencies. */
  readonly #written = new Map<string, Map<string, number>>();

  constructor(topics: number) {
    this.#holding = Array.from({ length: topics }, () => new Map());
    this.#sizes = Array.from({ length: topics }, () => 0);
  }

  add(topic: number, text: string): void {
    const seen = new Set<string>();
    let compoundEnd = 0;
    for (const { term, start, end } of wordsOf(text)) {
      const written = text.slice(start, end).toLowerCase();
      // `multi-agent` is one word; addresses and numbers are skipped.
      if (start < compoundEnd || !isTelling(term) || NO_NAME.test(written)) continue;
      compoundEnd = end;
      if (seen.has(term)) continue;
      seen.add(term);
      count(this.#holding[topic]!, term);
      count(this.#everywhere, term);
      this.#sizes[topic]! += 1;
      count(getOrMake(this.#written, term), written);
    }
  }

  /**
   * Returns the words that distinguish a topic, highest weight first: class-based TF-IDF (M. Grootendorst, "BERTopic",
   * 2022), in which each topic is one document.
   */
  of(topic: number): string[] {
    const average = this.#sizes.reduce((sum, size) => sum + size, 0) / Math.max(1, this.#sizes.length);
    let best: Weighed[] = [];
    for (const [term, times] of this.#holding[topic]!) {
      const weight = (times / this.#sizes[topic]!) * Math.log(1 + average / this.#everywhere.get(term)!);
      // Keeps a short sorted list: sorting a hundred thousand words would block the event loop.
      if (best.length === TERMS && weight < best.at(-1)!.weight) continue;
      best = [...best, { term, weight }].sort(byWeight).slice(0, TERMS);
    }
    return best.map(({ term }) => mostOf(this.#written.get(term)!));
  }
}

interface Weighed {
  term: string;
  weight: number;
}

function byWeight(left: Weighed, right: Weighed): number {
  return right.weight - left.weight || (left.term < right.term ? -1 : 1);
}

function getOrMake(map: Map<string, Map<string, number>>, key: string): Map<string, number> {
  const found = map.get(key) ?? new Map<string, number>();
  map.set(key, found);
  return found;
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function mostOf(counts: Map<string, number>): string {
  return [...counts].reduce((best, each) => (each[1] > best[1] ? each : best))[0];
}
