import { pageSize } from '../connection.ts';
import { viewerOf, type Context } from '../context.ts';
import { Message } from './message.entity.ts';

const CONTEXT_CHARACTERS = 90;

export interface Hit {
  message: Message;
  snippet: string;
  marks: { start: number; end: number }[];
}

/** The viewer's messages that hold every word of the query (the last one may be a beginning), the best first. */
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
    // Between the two questions one may have been deleted.
    return rows.flatMap(({ id }) => found.get(id) ?? []).map((message) => cutHit(message, words));
  });
}

function wordsOf(query: string): string[] {
  return [...query.slice(0, 500).matchAll(/[\p{L}\p{N}]+/gu)].map(([word]) => word.toLowerCase()).slice(0, 12);
}

/** The part around the first word that matches, and where the words stand in it. */
function cutHit(message: Message, words: string[]): Hit {
  const starts = new RegExp(`(?<![\\p{L}\\p{N}])(?:${words.join('|')})[\\p{L}\\p{N}]*`, 'giu');
  const at = Math.max(0, message.text.search(starts));
  const from = Math.max(0, at - CONTEXT_CHARACTERS);
  const to = Math.min(message.text.length, at + 2 * CONTEXT_CHARACTERS);
  const body = message.text.slice(from, to).replace(/\s/g, ' ').toWellFormed();
  const snippet = `${from > 0 ? '…' : ''}${body}${to < message.text.length ? '…' : ''}`;
  const marks = [...snippet.matchAll(starts)].map((match) => ({ start: match.index, end: match.index + match[0].length }));
  return { message, snippet, marks };
}
