import { isTelling, wordsOf } from '../search/words.ts';

const TERMS = 8;
const NO_NAME = /[\d./:@_+\n]/;

/** Counts, topic by topic, how many passages hold each word. */
export class TopicTerms {
  readonly #holding: Map<string, number>[];
  /** How a term is written in the texts, and how often. */
  readonly #written = new Map<string, Map<string, number>>();

  constructor(topics: number) {
    this.#holding = Array.from({ length: topics }, () => new Map());
  }

  add(topic: number, text: string): void {
    const seen = new Set<string>();
    let compoundEnd = 0;
    for (const { term, start, end } of wordsOf(text)) {
      const written = text.slice(start, end).toLowerCase();
      // `multi-agent` is one word; addresses and numbers are none.
      if (start < compoundEnd || !isTelling(term) || NO_NAME.test(written)) continue;
      compoundEnd = end;
      if (seen.has(term)) continue;
      seen.add(term);
      count(this.#holding[topic]!, term);
      count(getOrMake(this.#written, term), written);
    }
  }

  /**
   * The words that tell a topic from the others, the most telling first: class-based TF-IDF (M. Grootendorst, "BERTopic",
   * 2022), which takes each topic for one document.
   */
  of(topic: number): string[] {
    const own = this.#holding[topic]!;
    const sizes = this.#holding.map((terms) => sum(terms.values()));
    const average = sum(sizes) / Math.max(1, sizes.length);
    const weight = (term: string, times: number) =>
      (times / sizes[topic]!) * Math.log(1 + average / sum(this.#holding.map((terms) => terms.get(term) ?? 0)));
    return [...own]
      .map(([term, times]) => ({ term, weight: weight(term, times) }))
      .sort((left, right) => right.weight - left.weight || (left.term < right.term ? -1 : 1))
      .slice(0, TERMS)
      .map(({ term }) => mostOf(this.#written.get(term)!));
  }
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

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
