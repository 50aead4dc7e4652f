import type { ChatMessage } from './ai.ts';

/**
 * Slice size. The tokenizer takes quadratic time in text without word boundaries (90,000 Japanese characters: 40 s). A
 * split word costs one token at most.
 */
const SLICE = 400;
/** Longer texts are extrapolated from this prefix. */
const COUNTED = 200_000;
/** Tokens per message for its role and delimiters, as documented by OpenAI. */
const PER_MESSAGE = 4;

/** Counts tokens of the `o200k` encoding. Its tables take 75 MB, so they are loaded on first use. */
export async function countTokens(text: string): Promise<number> {
  const { countTokens: count } = await import('gpt-tokenizer/encoding/o200k_base');
  const length = Math.min(text.length, COUNTED);
  let tokens = 0;
  for (let start = 0; start < length; start += SLICE) {
    tokens += count(text.slice(start, Math.min(start + SLICE, length)), { disallowedSpecial: new Set() });
  }
  return text.length > COUNTED ? Math.round((tokens * text.length) / COUNTED) : tokens;
}

export async function countPrompt(messages: ChatMessage[]): Promise<number> {
  let tokens = 0;
  for (const message of messages) tokens += PER_MESSAGE + (await countTokens(textOf(message)));
  return tokens;
}

/** Estimates tokens without the tables: six letters, one ideograph or one symbol each. */
export function estimateTokens(text: string): number {
  const unspaced = String.raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}`;
  return (
    text.match(new RegExp(String.raw`[${unspaced}]|(?:(?![${unspaced}])[\p{L}\p{M}\p{N}]){1,6}|[^\s\p{L}\p{M}\p{N}]`, 'gu'))?.length ?? 0
  );
}

export function textOf(message: ChatMessage): string {
  if (message.role !== 'assistant' || !message.toolCalls) return message.content;
  return [message.content, ...message.toolCalls.map((call) => `${call.name} ${call.arguments}`)].join(' ');
}
