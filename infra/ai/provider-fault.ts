import { isNativeError } from 'node:util/types';
import { Failure, type ErrorCode } from '../../schema/errors.ts';

/** A longer wait is the caller's to decide, not ours to sit through. */
const MAX_RETRY_AFTER_MS = 5_000;

/** What went wrong, and whether the same request may be sent again at once. */
export interface Fault {
  failure: Failure;
  retry: boolean;
  /** What the provider asks for before the next try. */
  retryAfterMs?: number;
}

/** The parts of an error of the SDK, of undici or of the wire that tell what happened; all may be absent. */
interface ProviderError extends Error {
  status?: number;
  code?: string | null;
  type?: string;
  headers?: Headers;
  /** The `error` object of the response, or of an event in the stream. */
  error?: { message?: unknown; code?: unknown; type?: unknown };
}

/** Names the fault behind an error of the provider; null for an error that is not the provider's. */
export function faultOf(thrown: unknown): Fault | null {
  if (thrown instanceof Failure) return { failure: thrown, retry: false };
  if (!isNativeError(thrown)) return null;
  const error = thrown as ProviderError;
  if (error.status !== undefined) return byStatus(error, error.status);
  if (error.error !== undefined) return bySaying(error) ?? unavailable(error);
  if (error.name === 'SyntaxError') return finalFault('PROVIDER_BAD_RESPONSE', error);
  if (isConnectionError(error)) return unavailable(error);
  return null;
}

function byStatus(error: ProviderError, status: number): Fault {
  if (status === 401 || status === 402 || status === 403) return finalFault('PROVIDER_REFUSED', error);
  if (status === 429) return tooMany(error);
  if (status >= 500) return unavailable(error);
  return bySaying(error) ?? rejected(error, status);
}

function tooMany(error: ProviderError): Fault {
  if (saying(error).includes('insufficient_quota')) return finalFault('PROVIDER_REFUSED', error);
  const retryAfterMs = retryAfter(error.headers);
  const detail = retryAfterMs ? { retryAfterSeconds: Math.ceil(retryAfterMs / 1000) } : {};
  const failure = new Failure('PROVIDER_RATE_LIMITED', detail, { cause: error });
  return { failure, retry: (retryAfterMs ?? 0) <= MAX_RETRY_AFTER_MS, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

const SAYINGS: [RegExp, ErrorCode][] = [
  [
    /context_length|context (length|window|size)|maximum context|prompt is too long|too many (input )?tokens|input is too long/i,
    'CONTEXT_TOO_LONG',
  ],
  [/content[_ ]filter|content management policy|content_policy|safety system/i, 'PROVIDER_CONTENT_FILTERED'],
  [/model_not_found|model\b.{0,80}(not found|does not exist|not available|unknown)|(unknown|invalid|no such) model/i, 'MODEL_NOT_FOUND'],
  [/invalid_api_key|insufficient_quota|authentication|permission/i, 'PROVIDER_REFUSED'],
];

/** Providers agree on few codes, so their sentences are read too. */
function bySaying(error: ProviderError): Fault | null {
  const said = saying(error);
  if (/rate_limit|too many requests/i.test(said))
    return { failure: new Failure('PROVIDER_RATE_LIMITED', {}, { cause: error }), retry: true };
  const found = SAYINGS.find(([pattern]) => pattern.test(said));
  return found ? finalFault(found[1], error) : null;
}

function saying(error: ProviderError): string {
  return [error.code, error.type, error.error?.code, error.error?.type, error.error?.message, error.message]
    .filter((part) => typeof part === 'string')
    .join(' ');
}

/** A request that the provider does not accept: its sentence helps whoever configured the endpoint. */
function rejected(error: ProviderError, status: number): Fault {
  const sentence = typeof error.error?.message === 'string' ? error.error.message : `status ${status}`;
  // Some providers repeat the key.
  const said = sentence.replace(/\b(sk|key|Bearer)[-_ ][\w*-]{8,}/g, '[key]').slice(0, 300);
  return {
    failure: new Failure('PROVIDER_BAD_RESPONSE', { reason: `The model provider rejected the request: ${said}` }, { cause: error }),
    retry: false,
  };
}

function unavailable(cause: Error): Fault {
  return { failure: new Failure('PROVIDER_UNAVAILABLE', {}, { cause }), retry: true };
}

function finalFault(code: ErrorCode, cause: Error): Fault {
  return { failure: new Failure(code, {}, { cause }), retry: false };
}

/** undici says `fetch failed` or `terminated` and hides the system's code in the cause; the SDK wraps it once more. */
function isConnectionError(error: Error): boolean {
  for (let cause: unknown = error; isNativeError(cause); cause = cause.cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code && /^(E[A-Z_]+|UND_ERR_[A-Z_]+|[A-Z_]*CERT[A-Z_]*)$/.test(code) && !code.startsWith('ERR_')) return true;
    if (cause.constructor.name === 'APIConnectionError' || cause.message === 'terminated') return true;
  }
  return false;
}

/** Seconds or a date, in milliseconds from now; undefined when absent or unreadable. */
function retryAfter(headers: Headers | undefined): number | undefined {
  const value = headers?.get('retry-after');
  if (!value) return undefined;
  const seconds = Number(value);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) ? Math.max(ms, 0) : undefined;
}
