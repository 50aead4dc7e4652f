/** Maximum distance of query words that count as adjacent. */
const TOGETHER = 80;
const LONGEST_QUERY = 500;
const MOST_WORDS = 12;
const MOST_MATCHES = 500;

export interface Match {
  start: number;
  end: number;
}

/** Finds the words of a text that begin with a word of the query, like the search of the server. */
export function matchesIn(text: string, query: string): Match[] {
  const words = wordsOf(query);
  if (words.length === 0) return [];
  const starts = new RegExp(`(?<![\\p{L}\\p{N}])(?:${words.join('|')})[\\p{L}\\p{N}]*`, 'giu');
  const matches: Match[] = [];
  for (const match of text.matchAll(starts)) {
    matches.push({ start: match.index, end: match.index + match[0].length });
    if (matches.length === MOST_MATCHES) break;
  }
  return matches;
}

/** Returns the match with the most different query words nearby, where the excerpt begins. */
export function bestOf(matches: readonly Match[], text: string, query: string): number {
  const words = wordsOf(query);
  const wordAt = ({ start, end }: Match) => {
    const found = text.slice(start, end).toLowerCase();
    return words.find((word) => found.startsWith(word));
  };
  let best = { index: 0, count: 0 };
  for (const [index, { start }] of matches.entries()) {
    const near = new Set<string | undefined>();
    for (let next = index; next < matches.length && matches[next]!.start - start <= TOGETHER; next++) near.add(wordAt(matches[next]!));
    if (near.size > best.count) best = { index, count: near.size };
  }
  return best.index;
}

function wordsOf(query: string): string[] {
  return [...query.slice(0, LONGEST_QUERY).matchAll(/[\p{L}\p{N}]+/gu)].map(([word]) => word.toLowerCase()).slice(0, MOST_WORDS);
}
