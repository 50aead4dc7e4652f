import { isNativeError } from 'node:util/types';
import { Failure, type ErrorCode } from '../../schema/errors.ts';
import { ProviderError } from './provider-error.ts';
import { retryAfterMs } from './retry-after.ts';

/** Longer delays are left to the caller. */
const MAX_RETRY_AFTER_MS = 5_000;

/** A classified fault, and whether the same request may be retried at once. */
export interface Fault {
  failure: Failure;
  retry: boolean;
  /** Delay requested by the provider. */
  retryAfterMs?: number;
}

/** Classifies an error of the provider. Returns null for other errors. */
export function faultOf(thrown: unknown): Fault | null {
  if (thrown instanceof Failure) return { failure: thrown, retry: false };
  if (thrown instanceof ProviderError) return reportedFault(thrown);
  if (!isNativeError(thrown)) return null;
  if (thrown.name === 'SyntaxError') return finalFault('PROVIDER_BAD_RESPONSE', thrown);
  if (isBrokenOff(thrown)) return unavailable(thrown, 'The connection to the model provider broke off. Try again.');
  if (isConnectionError(thrown)) return unavailable(thrown);
  return null;
}

const SAYINGS: [RegExp, ErrorCode][] = [
  [
    /context_length|context[- _]?(length|window|size)|exceed\w* (the )?(available |model'?s? |maximum )?context|maximum context|max_model_len|(prompt|input|request|message)s?( is| are|'s)? too (long|large)|too many (input |prompt )?tokens|input (token|length).{0,30}exceed|exceeds? the (maximum )?(number of )?(input )?tokens|reduce the length|string_above_max_length|token limit exceeded/i,
    'CONTEXT_TOO_LONG',
  ],
  [
    /content[_ ]?filter|content management policy|content_policy|safety system|moderation|flagged|ResponsibleAIPolicy|data_inspection_failed|prohibited_content/i,
    'PROVIDER_CONTENT_FILTERED',
  ],
  [
    /model_not_found|DeploymentNotFound|\bmodels?\b.{0,80}(not found|does not exist|not exist|not available|unknown|not supported|no longer available|decommissioned)|(unknown|invalid|no such|unsupported) model|not a valid model|(no|not found).{0,20}\bmodel\b/i,
    'MODEL_NOT_FOUND',
  ],
  [
    /insufficient_quota|insufficient (balance|credits?|funds)|billing|credit balance|(quota|credits?) (exceeded|exhausted|used up)|payment required/i,
    'PROVIDER_REFUSED',
  ],
  [
    /(invalid|incorrect|missing|expired|no|not valid).{0,20}\bapi[_ -]?key|api[_ -]?key.{0,30}(invalid|not valid|expired|missing|required)|authentication|unauthori[sz]ed|permission|invalid_api_key/i,
    'PROVIDER_REFUSED',
  ],
];

const RATE_LIMITED =
  /rate[-_ ]?limit|too many requests|resource_exhausted|throttl|tokens per (min|day)|requests per (min|day)|concurrency limit/i;
const OVERLOADED = /overload|capacity|busy|try again later|loading|unavailable|warming/i;

/** Classifies by status if it is unambiguous, else by message, since providers agree on few codes. */
function reportedFault(error: ProviderError): Fault {
  const { status, words } = error;
  const said = SAYINGS.find(([pattern]) => pattern.test(words))?.[1];
  if (said === 'CONTEXT_TOO_LONG' || said === 'PROVIDER_CONTENT_FILTERED') return finalFault(said, error);
  if (status === 401 || status === 402 || status === 403) return finalFault('PROVIDER_REFUSED', error);
  if (status === 429) return said === 'PROVIDER_REFUSED' ? finalFault(said, error) : tooMany(error);
  if (status === 413) return finalFault('CONTEXT_TOO_LONG', error);
  if (status === undefined || status < 500) {
    if (RATE_LIMITED.test(words)) return tooMany(error);
    if (said) return finalFault(said, error);
  } else if (said === 'MODEL_NOT_FOUND' && !OVERLOADED.test(words)) return finalFault(said, error);
  if (status === undefined || status >= 500 || status === 408 || status === 409 || status === 425) return providerFailed(error);
  return rejected(error, status);
}

function tooMany(error: ProviderError): Fault {
  const wait = retryAfterMs(error);
  const detail = wait ? { retryAfterSeconds: Math.ceil(wait / 1000) } : {};
  return { failure: new Failure('PROVIDER_RATE_LIMITED', detail, { cause: error }), ...retryOf(wait) };
}

function providerFailed(error: ProviderError): Fault {
  const reason =
    OVERLOADED.test(error.words) || error.status === 529
      ? 'The model provider is overloaded or still starting. Try again in a moment.'
      : 'The model provider had an error of its own. Try again.';
  const wait = retryAfterMs(error);
  return { failure: new Failure('PROVIDER_UNAVAILABLE', { reason }, { cause: error }), ...retryOf(wait) };
}

function retryOf(wait: number | undefined): Pick<Fault, 'retry' | 'retryAfterMs'> {
  return { retry: (wait ?? 0) <= MAX_RETRY_AFTER_MS, ...(wait === undefined ? {} : { retryAfterMs: wait }) };
}

/** A request that the provider rejects. Its message is for administrators. */
function rejected(error: ProviderError, status: number): Fault {
  const isAddress = (status === 404 || status === 405) && error.response;
  const reason = isAddress
    ? 'The model provider does not answer at the configured address. Ask an administrator to check it.'
    : 'The model provider did not accept the request. Ask an administrator to look at its answer.';
  return { failure: new Failure('PROVIDER_BAD_RESPONSE', { reason }, { cause: error }), retry: false };
}

function unavailable(cause: Error, reason?: string): Fault {
  return { failure: new Failure('PROVIDER_UNAVAILABLE', reason ? { reason } : {}, { cause }), retry: true };
}

function finalFault(code: ErrorCode, cause: Error): Fault {
  return { failure: new Failure(code, {}, { cause }), retry: false };
}

/** Returns true if the connection was closed before the response ended. */
function isBrokenOff(error: Error): boolean {
  for (let cause: unknown = error; isNativeError(cause); cause = cause.cause)
    if (cause.message === 'terminated' || cause.message === 'other side closed' || (cause as NodeJS.ErrnoException).code === 'ECONNRESET')
      return true;
  return false;
}

/** undici reports `fetch failed` or `terminated` with the system error as cause, which the SDK wraps again. */
function isConnectionError(error: Error): boolean {
  for (let cause: unknown = error; isNativeError(cause); cause = cause.cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code && /^(E[A-Z_]+|UND_ERR_[A-Z_]+|[A-Z_]*CERT[A-Z_]*)$/.test(code) && !code.startsWith('ERR_')) return true;
    if (cause.constructor.name === 'APIConnectionError') return true;
  }
  return false;
}
