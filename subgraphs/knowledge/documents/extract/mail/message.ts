import { htmlText } from '../html.ts';

export interface Message {
  subject: string;
  from: string;
  to: string;
  cc: string;
  date: string;
  text: string;
  html: string;
  attachments: string[];
}

/**
 * The minimum share of letters, compared with the HTML part, that a plain part must have to be the same text; a shorter
 * one only refers to the HTML.
 */
const PLAIN_SHARE = 0.5;

/** Writes a message as text: header fields, and the better body. */
export function messageText(message: Message): string {
  const facts = [
    ['From', message.from],
    ['To', message.to],
    ['Cc', message.cc],
    ['Date', dateText(message.date)],
    ['Attachments', message.attachments.join(', ')],
  ].filter(([, value]) => value);
  const head = facts.map(([name, value]) => `- ${name}: ${value!.replace(/\s+/g, ' ').trim()}`).join('\n');
  const subject = message.subject.replace(/\s+/g, ' ').trim();
  return [subject && `# ${subject}`, head, bodyText(message)].filter(Boolean).join('\n\n');
}

export function bodyText({ text, html }: Pick<Message, 'text' | 'html'>): string {
  const plain = text.replace(/\r\n?/g, '\n').trim();
  if (!html.trim()) return plain;
  const rich = htmlText(html);
  if (!plain) return rich;
  // Structured HTML is preferred: its lists and tables are clearer than columns of spaces.
  const isStructured = /^\|.*\|$|^#{1,6} /m.test(rich);
  return !isStructured && letters(plain) >= letters(rich) * PLAIN_SHARE ? plain : rich || plain;
}

function letters(text: string): number {
  return text.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
}

/** Formats a date like `2024-03-14 09:30 +01:00`, in the sender's time zone; returns the input if it is not a date. */
function dateText(date: string): string {
  const [, zone] = /([+-]\d{4})\s*(?:\([^)]*\))?\s*$/.exec(date) ?? [];
  const time = Date.parse(date);
  if (Number.isNaN(time)) return date;
  const minutes = zone ? (zone[0] === '-' ? -1 : 1) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3, 5))) : 0;
  const local = new Date(time + minutes * 60_000).toISOString();
  return `${local.slice(0, 10)} ${local.slice(11, 16)} ${zone ? `${zone.slice(0, 3)}:${zone.slice(3)}` : 'UTC'}`;
}
