import { Failure } from '../../schema/errors.ts';
import type { IdleTimer } from './idle.ts';

const NEWLINE = 10;

/** A page of a proxy or a sign-in comes with status 200 too: only the expected type is an answer. */
export function expectType(response: Response, type: string): void {
  const given = response.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (given === type) return;
  void response.body?.cancel().catch(() => {});
  throw new Failure('PROVIDER_BAD_RESPONSE', {
    reason: `The model provider sent ${given ?? 'something without a type'} where ${type} was expected. Check the address of the endpoint.`,
  });
}

/** The same response, but each of its bytes tells the timer, and no line is longer than `maxLineBytes`. */
export function watchBody(response: Response, idle: IdleTimer, maxLineBytes: number): Response {
  let line = 0;
  const watch = new TransformStream<Uint8Array, Uint8Array>({
    transform(bytes, controller) {
      idle.touch();
      const end = bytes.lastIndexOf(NEWLINE);
      line = end < 0 ? line + bytes.length : bytes.length - end - 1;
      if (line > maxLineBytes || (end > maxLineBytes && longestLine(bytes) > maxLineBytes)) controller.error(tooLarge(maxLineBytes));
      else controller.enqueue(bytes);
    },
  });
  return new Response(response.body?.pipeThrough(watch, { signal: idle.signal }), { headers: response.headers });
}

/** The JSON of a whole response of at most `maxBytes`. */
export async function readJson(response: Response, idle: IdleTimer, maxBytes: number): Promise<unknown> {
  expectType(response, 'application/json');
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    idle.touch();
    size += part.length;
    if (size > maxBytes) throw tooLarge(maxBytes);
    parts.push(part);
  }
  return JSON.parse(Buffer.concat(parts).toString('utf8')) as unknown;
}

function longestLine(bytes: Uint8Array): number {
  let longest = 0;
  for (let start = 0, end; start < bytes.length; start = end + 1) {
    end = bytes.indexOf(NEWLINE, start);
    if (end < 0) end = bytes.length;
    longest = Math.max(longest, end - start);
  }
  return longest;
}

function tooLarge(maxBytes: number): Failure {
  return new Failure('PROVIDER_BAD_RESPONSE', {
    reason: `The model provider sent a piece larger than ${Math.round(maxBytes / 1_000_000)} MB.`,
  });
}
