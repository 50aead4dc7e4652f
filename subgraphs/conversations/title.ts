import type { Ai } from '../../infra/ai/ai.ts';

/** The title until the first message. */
export const UNTITLED = 'New conversation';

const MAX_LENGTH = 60;

/** Truncates the first message between words, or between graphemes in scripts without spaces. */
export function titleFrom(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  if (line.length <= MAX_LENGTH) return line || UNTITLED;
  let title = '';
  for (const { segment } of new Intl.Segmenter(undefined, { granularity: 'word' }).segment(line)) {
    if (title.length + segment.length > MAX_LENGTH) break;
    title += segment;
  }
  return `${title.trim()}…`;
}

/** Asks a language model for a title; null without a model or if its reply is not a usable title. */
export async function titleByModel(ai: Ai, exchange: { question: string; answer: string }, signal: AbortSignal): Promise<string | null> {
  const model = (await ai.models()).find((candidate) => candidate.isDefault);
  if (!model?.isLanguageModel) return null;
  const content = `Write a title of two to six words, in the language of the exchange, for a conversation that begins like this. Answer with the title alone.\n\nPerson: ${exchange.question.slice(0, 1000)}\n\nAssistant: ${exchange.answer.slice(0, 1000)}`;
  let title = '';
  for await (const chunk of ai.chat({ model: model.id, messages: [{ role: 'user', content }] }, signal)) {
    if (chunk.kind === 'text') title += chunk.text;
  }
  const line = title.replace(/^["'“”«»\s]+|["'“”«»\s.]+$/g, '').replace(/\s+/g, ' ');
  return line && line.length <= 80 ? line : null;
}
