/** A passage as one method found it; the order of a list is its ranking. */
export interface Ranked {
  id: string;
  score: number;
}

export interface Fused {
  id: string;
  score: number;
  keywordRank: number | null;
  keywordScore: number | null;
  vectorRank: number | null;
  vectorScore: number | null;
}

export interface Weights {
  keyword: number;
  vector: number;
}

/** Damps the first places: with 60, ten agreeing middle places beat one lonely first. The value of the paper. */
const K = 60;

/**
 * Joins two rankings by their places alone, because their scores cannot be compared: reciprocal rank fusion, G. Cormack,
 * C. Clarke, S. Büttcher, "Reciprocal Rank Fusion outperforms Condorcet and individual Rank Learning Methods", SIGIR 2009.
 * `weights` says how far each method is to be trusted.
 */
export function fuse(keyword: Ranked[], vector: Ranked[], weights: Weights): Fused[] {
  const fused = new Map<string, Fused>();
  const entry = (id: string): Fused => {
    const known = fused.get(id) ?? { id, score: 0, keywordRank: null, keywordScore: null, vectorRank: null, vectorScore: null };
    fused.set(id, known);
    return known;
  };
  keyword.forEach(({ id, score }, index) => {
    const hit = entry(id);
    Object.assign(hit, { keywordRank: index + 1, keywordScore: score, score: hit.score + weights.keyword / (K + index + 1) });
  });
  vector.forEach(({ id, score }, index) => {
    const hit = entry(id);
    Object.assign(hit, { vectorRank: index + 1, vectorScore: score, score: hit.score + weights.vector / (K + index + 1) });
  });
  return [...fused.values()].sort((left, right) => right.score - left.score || (left.id < right.id ? -1 : 1));
}

/** What must be known of a hit to keep one source from filling the whole result. */
export interface Sourced {
  documentId: string;
  text: string;
}

/**
 * The first `first` hits, in order, of which no more than `perDocument` come from one document as long as others
 * have something; the same text from two documents counts once.
 */
export function spread<Hit extends Sourced>(hits: Hit[], first: number, perDocument: number): Hit[] {
  const texts = new Set<string>();
  const counts = new Map<string, number>();
  const chosen: Hit[] = [];
  const waiting: Hit[] = [];
  for (const hit of hits) {
    const text = hit.text.replace(/\s+/g, ' ').toLowerCase();
    if (texts.has(text)) continue;
    texts.add(text);
    const count = counts.get(hit.documentId) ?? 0;
    counts.set(hit.documentId, count + 1);
    (count < perDocument ? chosen : waiting).push(hit);
  }
  const missing = Math.max(0, first - chosen.length);
  const kept = new Set([...chosen.slice(0, first), ...waiting.slice(0, missing)]);
  return hits.filter((hit) => kept.has(hit));
}
