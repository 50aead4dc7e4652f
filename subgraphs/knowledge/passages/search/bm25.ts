import { BM25 } from '../../../../infra/vectors/vectors.ts';

/** A passage with some of the terms: bit n of `holds` is set if it contains term n. */
export interface Holder {
  id: string;
  documentId: string;
  wordCount: number;
  holds: number;
}

/** Statistics of the whole corpus. */
export interface Totals {
  passages: number;
  words: number;
}

const { K1, B } = BM25;
/** The weight of a word in the document's name or a heading, relative to one in the body. */
export const TITLE_WEIGHT = 2;
/** The maximum candidates of one document, so that a repetitive one does not displace others. */
const CANDIDATES_OF_ONE = 25;

/** Computes the inverse document frequency of each term: the Robertson weight plus one, so that it is never negative. */
export function weighTerms(count: number, holders: Holder[], { passages }: Totals): number[] {
  const weights: number[] = [];
  for (let term = 0; term < count; term += 1) {
    const holding = holders.reduce((sum, { holds }) => sum + ((holds >> term) & 1), 0);
    weights.push(Math.log(1 + (Math.max(0, passages - holding) + 0.5) / (holding + 0.5)));
  }
  return weights;
}

/**
 * Selects the passages with the highest possible score, by the weights of their terms; ties are broken by length,
 * shortest first.
 */
export function chooseCandidates(holders: Holder[], weights: number[], most: number): Holder[] {
  const reach = new Map(
    holders.map((holder) => [holder, weights.reduce((sum, weight, term) => sum + ((holder.holds >> term) & 1) * weight, 0)]),
  );
  const sorted = holders.toSorted(
    (left, right) => reach.get(right)! - reach.get(left)! || left.wordCount - right.wordCount || (left.id < right.id ? -1 : 1),
  );
  const ofDocument = new Map<string, number>();
  const chosen: Holder[] = [];
  for (const holder of sorted) {
    const count = ofDocument.get(holder.documentId) ?? 0;
    ofDocument.set(holder.documentId, count + 1);
    if (count < CANDIDATES_OF_ONE) chosen.push(holder);
    if (chosen.length === most) break;
  }
  return chosen;
}

/** Computes the BM25 score; `times` is the frequency of each term in the passage. */
export function scoreOf(times: number[], weights: number[], wordCount: number, { passages, words }: Totals): number {
  const length = wordCount / Math.max(1, words / Math.max(1, passages));
  return times.reduce((sum, count, term) => sum + (weights[term]! * count * (K1 + 1)) / (count + K1 * (1 - B + B * length)), 0);
}

/** Counts each term in the text form of a PostgreSQL tsvector, where weight `A` marks words of titles. */
export function countTerms(vector: string, terms: string[]): number[] {
  return terms.map((term) => {
    const from = ` ${vector}`.indexOf(` '${term}':`);
    if (from < 0) return 0;
    const positions = vector
      .slice(from + term.length + 3)
      .match(/^[^ ]*/)![0]
      .split(',');
    return positions.reduce((sum, position) => sum + (position.endsWith('A') ? TITLE_WEIGHT : 1), 0);
  });
}
