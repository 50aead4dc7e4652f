import { Failure } from '../../../schema/errors.ts';
import type { IdleTimer } from '../idle.ts';

const MAX_LINE = 1_000_000;
const MAX_WHOLE = 16_000_000;

export interface StreamEvent {
  /** The event name; `message` by default. */
  name: string;
  json: unknown;
}

/** The state of a stream besides its events. */
export interface StreamEnd {
  /** True if it ended with `[DONE]` or was one JSON document. */
  isDone: boolean;
}

/**
 * Parses a response by its content, independent of its media type: server-sent events in any framing, JSON lines, or
 * one JSON document. Yields an event as soon as its JSON is complete, so a missing blank line causes no delay.
 */
export async function* readEvents(response: Response, idle: IdleTimer, end: StreamEnd): AsyncGenerator<StreamEvent> {
  const parser = new EventParser(end);
  const reader = response.body?.getReader();
  const cancel = () => void reader?.cancel(idle.signal.reason).catch(() => undefined);
  idle.signal.addEventListener('abort', cancel, { once: true });
  const decoder = new TextDecoder();
  try {
    while (reader && !end.isDone) {
      const { done, value } = await reader.read().catch((error: unknown) => {
        throw idle.signal.aborted ? idle.signal.reason : error;
      });
      if (idle.signal.aborted) throw idle.signal.reason;
      if (done) break;
      idle.touch();
      yield* parser.take(decoder.decode(value, { stream: true }));
    }
    if (idle.signal.aborted) throw idle.signal.reason;
    if (!end.isDone) yield* parser.finish();
  } finally {
    idle.signal.removeEventListener('abort', cancel);
    cancel();
  }
}

class EventParser {
  #buffer = '';
  #searched = 0;
  #data: string | undefined;
  #name = 'message';
  #kind: 'unknown' | 'events' | 'json' = 'unknown';
  #afterCarriageReturn = false;
  #events = 0;
  /** The beginning of content that is neither an event nor JSON, for the error message. */
  #stray = '';

  readonly #end: StreamEnd;

  constructor(end: StreamEnd) {
    this.#end = end;
  }

  *take(text: string): Generator<StreamEvent> {
    this.#buffer += text;
    if (this.#kind === 'unknown') this.#detectKind();
    if (this.#kind === 'unknown') return;
    if (this.#buffer.length > (this.#kind === 'json' ? MAX_WHOLE : 2 * MAX_LINE)) throw tooLarge();
    if (this.#kind === 'json') return yield* this.#takeJson();
    for (let line = this.#nextLine(); line !== undefined && !this.#end.isDone; line = this.#nextLine()) yield* this.#takeLine(line);
    if (this.#buffer.length > MAX_LINE) throw tooLarge();
  }

  *finish(): Generator<StreamEvent> {
    if (this.#kind === 'json') return yield* this.#finishJson();
    const rest = this.#buffer;
    this.#buffer = '';
    if (rest) yield* this.#takeLine(rest);
    if (!this.#end.isDone) yield* this.#takeLine('');
    if (this.#events === 0 && !this.#end.isDone && this.#stray) throw notAnAnswer(this.#stray);
  }

  #detectKind(): void {
    const first = this.#buffer.replace(/^\ufeff/, '').trimStart();
    if (first === '') return;
    if (first.startsWith('<')) throw notAnAnswer(first);
    this.#kind = /^[[{]/.test(first) ? 'json' : 'events';
    this.#buffer = this.#kind === 'json' ? first : this.#buffer.replace(/^\ufeff/, '');
  }

  /** Returns the next line. Lines end with CR, LF or both, possibly split between two chunks. */
  #nextLine(): string | undefined {
    if (this.#afterCarriageReturn && this.#buffer !== '') {
      this.#afterCarriageReturn = false;
      if (this.#buffer.startsWith('\n')) this.#buffer = this.#buffer.slice(1);
    }
    const ending = /[\r\n]/g;
    ending.lastIndex = this.#searched;
    const match = ending.exec(this.#buffer);
    if (!match) {
      this.#searched = this.#buffer.length;
      return undefined;
    }
    const line = this.#buffer.slice(0, match.index);
    this.#buffer = this.#buffer.slice(match.index + 1);
    this.#searched = 0;
    this.#afterCarriageReturn = match[0] === '\r';
    if (line.length > MAX_LINE) throw tooLarge();
    return line;
  }

  *#takeLine(line: string): Generator<StreamEvent> {
    if (line.trim() === '') {
      const data = this.#data;
      this.#data = undefined;
      const name = this.#name;
      this.#name = 'message';
      if (data !== undefined) yield* this.#give(name, data, true);
      return;
    }
    const field = /^\s*(data|event|id|retry)\s*: ?(.*)$/s.exec(line);
    if (field?.[1] === 'event') this.#name = field[2]!.trim() || 'message';
    else if (field?.[1] === 'data') yield* this.#takeData(field[2]!);
    else if (/^\s*\{/.test(line) && this.#data === undefined) yield* this.#takeData(line);
    else if (!field && !line.startsWith(':') && line.trim() !== 'data') this.#stray ||= line;
  }

  *#takeData(text: string): Generator<StreamEvent> {
    // Some proxies repeat the prefix.
    const value = text.replace(/^(?:data:\s*)+/, '');
    if (/^\s*\[DONE\]\s*$/i.test(value)) {
      this.#end.isDone = true;
      this.#data = undefined;
      return;
    }
    const data = this.#data === undefined ? value : `${this.#data}\n${value}`;
    if (data.length > MAX_LINE) throw tooLarge();
    this.#data = data;
    yield* this.#give(this.#name, data, false);
  }

  /** Yields a complete event. Incomplete JSON waits for its next line, or is an error at the end of its event. */
  *#give(name: string, data: string, isWhole: boolean): Generator<StreamEvent> {
    const isJson = /^\s*[[{]/.test(data);
    // A keep-alive has no data, or data that is not JSON.
    if (!isJson && name !== 'error') {
      if (isWhole || data.trim() === '') this.#data = undefined;
      return;
    }
    try {
      const json: unknown = isJson ? JSON.parse(data) : data;
      this.#data = undefined;
      this.#events++;
      yield { name, json };
    } catch {
      if (isWhole)
        throw new Failure('PROVIDER_BAD_RESPONSE', {
          reason: 'The model provider sent an invalid part of the answer. Regenerate it.',
        });
    }
  }

  /** Yields JSON lines one by one; a document of several lines is buffered until its end. */
  *#takeJson(): Generator<StreamEvent> {
    for (;;) {
      const end = this.#buffer.indexOf('\n', this.#searched);
      if (end < 0) {
        this.#searched = this.#buffer.length;
        return;
      }
      const line = this.#buffer.slice(0, end).trim();
      const json = line === '' || /[}\]]$/.test(line) ? parsed(line) : undefined;
      if (line !== '' && json === undefined) {
        this.#searched = end + 1;
        if (end > 0) return;
        continue;
      }
      this.#buffer = this.#buffer.slice(end + 1);
      this.#searched = 0;
      if (json !== undefined) yield* this.#giveJson(json);
    }
  }

  *#finishJson(): Generator<StreamEvent> {
    const rest = this.#buffer.trim();
    if (rest !== '') {
      const json = parsed(rest);
      if (json !== undefined) yield* this.#giveJson(json);
      else {
        // A stream may change from JSON lines to server-sent events.
        this.#kind = 'events';
        this.#searched = 0;
        yield* this.take('\n');
        yield* this.finish();
        return;
      }
    }
    this.#end.isDone = this.#events > 0;
  }

  *#giveJson(json: unknown): Generator<StreamEvent> {
    this.#events++;
    yield { name: 'message', json };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function notAnAnswer(text: string): Failure {
  const cause = new Error(text.slice(0, 500));
  return new Failure(
    'PROVIDER_BAD_RESPONSE',
    {
      reason:
        'The model provider sent a page or a text where an answer was expected. Ask an administrator to check the address of the endpoint.',
    },
    { cause },
  );
}

function tooLarge(): Failure {
  return new Failure('PROVIDER_BAD_RESPONSE', { reason: 'The model provider sent a piece larger than 1 MB.' });
}
