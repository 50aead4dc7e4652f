/** The properties of a hit that diversification needs. */
export interface Sourced {
  documentId: string;
  text: string;
}

/**
 * Returns the first hits in order, with at most `perDocument` from one document while others have hits. The same text
 * in two documents counts once.
 */
export function diversify<Hit extends Sourced>(hits: Hit[], first: number, perDocument: number): Hit[] {
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
