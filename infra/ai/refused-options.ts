import type { CompletionBody } from './completion.ts';

/** A part of a request that is omitted or changed for an endpoint that rejects it. */
export type Concession =
  'temperature' | 'tools' | 'toolSchema' | 'stream_options' | 'stream' | 'system' | 'max_tokens' | 'max_completion_tokens';

/** The time for which a rejected option is remembered; the server may be restarted with other options. */
const REMEMBERED_MS = 3_600_000;
const DEFAULT_MAX_TOKENS = 4_096;

const SYSTEM =
  /\b(system|developer)\b.{0,40}\b(role|messages?|instructions?|prompts?)\b|\brole\b.{0,60}\b(system|developer)\b|roles must alternate|only (supports? )?(the )?user (and|or) assistant/is;

const NAMED: [Concession, RegExp, (body: CompletionBody) => boolean][] = [
  ['max_completion_tokens', /max_completion_tokens/i, (body) => body.max_tokens !== undefined],
  [
    'max_tokens',
    /\bmax_tokens\b.{0,60}(required|missing|must be (set|provided))|(required|missing).{0,40}\bmax_tokens\b/is,
    (body) => body.max_tokens === undefined,
  ],
  [
    'toolSchema',
    /additionalProperties|\$schema|(invalid|unsupported) (json )?schema|function_declarations|input_schema/i,
    (body) => body.tools !== undefined,
  ],
  ['tools', /\btools?\b|\btool[_ -]?(choice|use|calls?|calling)|\bfunction[_ -]?call/i, (body) => body.tools !== undefined],
  ['temperature', /\btemperature\b/i, (body) => body.temperature !== undefined],
  ['stream_options', /stream_options|include_usage/i, (body) => body.stream_options !== undefined],
  ['stream', /\bstream(ing)?\b(?!_options)/i, (body) => body.stream],
  ['system', SYSTEM, (body) => body.messages.some(isInstruction)],
];

/** Concessions in the order in which they are tried if an error names none, least important first. */
const UNNAMED: [Concession, (body: CompletionBody) => boolean][] = [
  ['stream_options', (body) => body.stream_options !== undefined],
  ['temperature', (body) => body.temperature !== undefined],
];

/** Finds the rejected part by the endpoint's error message; the next one to try if it names none. */
export function refusedIn(body: CompletionBody, words: string, guess: boolean): Concession[] {
  const named = NAMED.filter(([, pattern, isSent]) => isSent(body) && pattern.test(words)).map(([concession]) => concession);
  // A rejected schema is simplified before the tools are omitted.
  if (named.includes('toolSchema') && !body.hasSimpleSchemas) return named.filter((one) => one !== 'tools');
  const known = named.filter((one) => one !== 'toolSchema');
  if (known.length > 0 || !guess) return known;
  return UNNAMED.filter(([, isSent]) => isSent(body))
    .slice(0, 1)
    .map(([concession]) => concession);
}

/** Applies the concessions to the request. */
export function concede(body: CompletionBody, concessions: Iterable<Concession>): CompletionBody {
  return [...concessions].reduce(one, body);
}

function one(body: CompletionBody, concession: Concession): CompletionBody {
  switch (concession) {
    case 'system':
      return { ...body, messages: withoutSystem(body.messages) };
    case 'stream': {
      const { stream_options: _, ...rest } = body;
      return { ...rest, stream: false };
    }
    case 'toolSchema':
      return body.tools ? { ...body, tools: body.tools.map((tool) => simplified(tool) as object), hasSimpleSchemas: true } : body;
    case 'max_tokens':
      return { ...body, max_tokens: DEFAULT_MAX_TOKENS };
    case 'max_completion_tokens': {
      const { max_tokens: limit, ...rest } = body;
      return { ...rest, max_completion_tokens: limit ?? DEFAULT_MAX_TOKENS };
    }
    default: {
      const { [concession]: _, ...rest } = body;
      return rest;
    }
  }
}

/** Remembers the rejected parts of each model, so that the next request omits them at once. */
export class Concessions {
  readonly #byModel = new Map<string, Map<Concession, number>>();

  readonly #now: () => number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  of(model: string): Concession[] {
    const known = this.#byModel.get(model) ?? new Map<Concession, number>();
    return [...known].filter(([, until]) => until > this.#now()).map(([concession]) => concession);
  }

  remember(model: string, concessions: Iterable<Concession>): void {
    const known = this.#byModel.get(model) ?? new Map<Concession, number>();
    for (const concession of concessions) known.set(concession, this.#now() + REMEMBERED_MS);
    this.#byModel.set(model, known);
  }
}

function isInstruction(message: object): boolean {
  return (message as { role?: string }).role === 'system';
}

/** Moves the instructions into the first user message. */
function withoutSystem(messages: object[]): object[] {
  const instructions = messages.filter(isInstruction).map((message) => (message as { content: string }).content);
  if (instructions.length === 0) return messages;
  const rest = messages.filter((message) => !isInstruction(message));
  const first = rest.findIndex((message) => (message as { role?: string }).role === 'user');
  if (first < 0) return [{ role: 'user', content: instructions.join('\n\n') }, ...rest];
  return rest.map((message, place) =>
    place === first ? { ...message, content: [...instructions, (message as { content: string }).content].join('\n\n') } : message,
  );
}

const PLAIN_KEYS = new Set(['type', 'function', 'name', 'description', 'parameters', 'properties', 'required', 'items', 'enum']);

/** Reduces a schema to the keywords that every endpoint supports. Keeps all property names. */
function simplified(value: unknown, isProperties = false): unknown {
  if (Array.isArray(value)) return value.map((item) => simplified(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => isProperties || PLAIN_KEYS.has(key))
      .map(([key, part]) => [key, key === 'enum' || key === 'required' ? part : simplified(part, key === 'properties' && !isProperties)]),
  );
}
