import { pageSize } from '../framework/connection.ts';
import { viewerOf, type Context } from '../framework/context.ts';
import { Message } from './message.entity.ts';
import { plainText } from './plain-text.ts';

/** Maximum of characters before the match: two lines of the sidebar show about 65. */
const BEFORE = 24;
const AFTER = 180;
/** Characters of Markdown around the match that are converted to text. */
const WINDOW = 1_500;
/** Maximum distance of query words in one group, in characters. */
const TOGETHER = 80;

export interface Hit {
  message: Message;
  snippet: string;
  marks: { start: number; end: number }[];
}

/** Finds the viewer's messages that contain every word of the query (the last may be a prefix), best first. */
export async function searchMessages(context: Context, query: string, first?: number | null): Promise<Hit[]> {
  const limit = pageSize({ first: first ?? null });
  const words = wordsOf(query);
  if (words.length === 0) return [];
  const terms = words.map((word) => `'${word.replace(/'/g, "''")}':*`).join(' & ');
  const { userId } = viewerOf(context);
  return context.read(async (em) => {
    const rows = await em.execute<{ id: string }[]>(
      `select id from conversations.message, to_tsquery('simple', ?) q
       where owner_id = ? and search @@ q order by ts_rank(search, q) desc, id desc limit ?`,
      [terms, userId, limit],
    );
    const messages = await em.find(Message, { id: { $in: rows.map(({ id }) => id) } });
    const found = new Map(messages.map((message) => [message.id, message]));
    // A message may be deleted between the two queries.
    return rows.flatMap(({ id }) => found.get(id) ?? []).map((message) => cutHit(message, words));
  });
}

function wordsOf(query: string): string[] {
  return [...query.slice(0, 500).matchAll(/[\p{L}\p{N}]+/gu)].map(([word]) => word.toLowerCase()).slice(0, 12);
}

/** Makes the snippet around the densest group of query words, without Markdown. */
function cutHit(message: Message, words: string[]): Hit {
  const starts = new RegExp(`(?<![\\p{L}\\p{N}])(?:${words.join('|')})[\\p{L}\\p{N}]*`, 'giu');
  const at = bestMatch(message.text, starts, words);
  const [begin, end] = [Math.max(0, at - WINDOW), Math.min(message.text.length, at + WINDOW)];
  const around = message.text.slice(begin, end).toWellFormed();
  const plain = plainText(around);
  // A match within the markup itself, such as the URL of a link, is shown with the markup.
  const text = plain.search(starts) >= 0 ? plain : around.replace(/\s+/g, ' ');
  const from = wordStart(text, bestMatch(text, starts, words) - BEFORE);
  const to = Math.min(text.length, from + BEFORE + AFTER);
  const body = text.slice(from, to).toWellFormed();
  const snippet = `${from > 0 || begin > 0 ? '…' : ''}${body}${to < text.length || end < message.text.length ? '…' : ''}`;
  const marks = [...snippet.matchAll(starts)].map((match) => ({ start: match.index, end: match.index + match[0].length }));
  return { message, snippet, marks };
}

/** Finds the first offset where the most distinct query words are close together; 0 if there is none. */
function bestMatch(text: string, starts: RegExp, words: string[]): number {
  const matches = [...text.matchAll(starts)].map((match) => {
    const found = match[0].toLowerCase();
    return { at: match.index, word: words.find((word) => found.startsWith(word)) ?? found };
  });
  let best = { at: 0, count: 0 };
  for (const [index, { at }] of matches.entries()) {
    const near = new Set<string>();
    for (let next = index; next < matches.length && matches[next]!.at - at <= TOGETHER; next++) near.add(matches[next]!.word);
    if (near.size > best.count) best = { at, count: near.size };
  }
  return best.at;
}

/** Finds the start of the word at or after an offset, unless the word reaches beyond the match. */
function wordStart(text: string, place: number): number {
  if (place <= 0) return 0;
  const space = text.slice(place, place + BEFORE).indexOf(' ');
  return space < 0 ? place : place + space + 1;
}
