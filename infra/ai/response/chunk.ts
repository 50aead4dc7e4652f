import { isErrorBody } from './error-body.ts';

/** The content of a chunk or of a whole completion. */
export interface ChunkContent {
  parts: { kind: 'text' | 'reasoning'; text: string }[];
  toolCalls: unknown[];
  finishReason: string | null;
  usage: { inputTokens: number; outputTokens: number } | null;
  /** The body of an error instead of, or beside, content. */
  error: unknown;
  /** True if the content was under `message`, and so may repeat earlier text. */
  isMessage: boolean;
}

type Fields = Record<string, unknown>;

/** Parses a chunk in the formats that servers send; unknown parts are ignored. */
export function readChunk(json: unknown): ChunkContent {
  const content: ChunkContent = { parts: [], toolCalls: [], finishReason: null, usage: null, error: null, isMessage: false };
  if (!isFields(json)) return { ...content, error: isErrorBody(json) ? json : null };
  content.usage = usageOf(json['usage'] ?? (json['x_groq'] as Fields | undefined)?.['usage']);
  const choice = firstChoice(json);
  if (!choice) return { ...content, error: isErrorBody(json) ? json : null };
  content.error = choice['error'] ?? (isErrorBody(json) ? json : null);
  const { delta, message } = choice;
  const body = isFields(delta) ? delta : isFields(message) ? message : choice;
  content.isMessage = body === message;
  content.parts = partsOf(body, body === choice);
  content.toolCalls = [body['tool_calls'], body['function_call'] && { index: 0, ...(body['function_call'] as object) }].filter(Boolean);
  const reason = choice['finish_reason'] ?? choice['finishReason'] ?? (choice['done'] === true ? (choice['done_reason'] ?? 'stop') : null);
  content.finishReason = reason === null || reason === '' ? null : typeof reason === 'string' ? reason : JSON.stringify(reason);
  return content;
}

/** Returns the choice with index 0; others are alternatives. Ollama's native format has a message without a choice. */
function firstChoice(json: Fields): Fields | undefined {
  const { choices } = json;
  if (isFields(json['message']) && choices === undefined) return json;
  const list = Array.isArray(choices) ? choices : isFields(choices) ? [choices] : [];
  return list.filter(isFields).find((choice) => Number(choice['index'] ?? 0) === 0);
}

function partsOf(body: Fields, isChoice: boolean): ChunkContent['parts'] {
  const reasoning = ['reasoning_content', 'reasoning', 'reasoning_text', 'thinking', 'reasoning_details', 'thinking_blocks']
    .map((field) => textIn(body[field], 0))
    .find(Boolean);
  const isThought = ((body['extra_content'] as Fields | undefined)?.['google'] as Fields | undefined)?.['thought'] === true;
  const content = contentParts(isChoice ? body['text'] : (body['content'] ?? body['text'])).map((part) =>
    isThought ? { ...part, kind: 'reasoning' as const } : part,
  );
  const refusal = content.some((part) => part.text) ? '' : textIn(body['refusal'], 0);
  return [
    ...(reasoning ? [{ kind: 'reasoning' as const, text: reasoning }] : []),
    ...content,
    ...(refusal ? [{ kind: 'text' as const, text: refusal }] : []),
  ].filter((part) => part.text !== '');
}

/** Parses content that is a text or a list of typed parts; Mistral's parts include reasoning. */
function contentParts(content: unknown): ChunkContent['parts'] {
  if (typeof content === 'string') return [{ kind: 'text', text: content }];
  const list = Array.isArray(content) ? content : isFields(content) ? [content] : [];
  return list.map((part: unknown) => {
    const isReasoning = isFields(part) && (/think|reason|thought/i.test(String(part['type'])) || part['thought'] === true);
    return { kind: isReasoning ? 'reasoning' : 'text', text: textIn(part, 0) };
  });
}

/** Extracts the text from any known format. Signatures and encrypted parts have none. */
function textIn(value: unknown, depth: number): string {
  if (typeof value === 'string') return value;
  if (depth > 3) return '';
  if (Array.isArray(value)) return value.map((item) => textIn(item, depth + 1)).join('');
  if (!isFields(value)) return '';
  return (
    ['text', 'thinking', 'content', 'summary', 'reasoning', 'refusal', 'value']
      .map((field) => textIn(value[field], depth + 1))
      .find(Boolean) ?? ''
  );
}

function usageOf(usage: unknown): ChunkContent['usage'] {
  if (!isFields(usage)) return null;
  const inputTokens = usage['prompt_tokens'] ?? usage['input_tokens'];
  const outputTokens = usage['completion_tokens'] ?? usage['output_tokens'];
  return isCount(inputTokens) && isCount(outputTokens) ? { inputTokens, outputTokens } : null;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
