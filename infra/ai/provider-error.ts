import type { Failure } from '../../schema/errors.ts';
import { readErrorBody, withoutKeys, type Saying } from './response/error-body.ts';

/** A failure that a provider has reported, in a response of its own or within a stream. */
export class ProviderError extends Error {
  override readonly name = 'ProviderError';
  readonly words: string;
  readonly status: number | undefined;

  constructor(
    saying: Saying,
    /** Where the failure was the response: its headers and the address that was asked. */
    readonly response?: { status: number; headers: Headers; url: string },
  ) {
    super(saying.sentence);
    this.words = saying.words;
    this.status = response?.status ?? saying.status;
  }

  static fromBody(body: unknown, response?: ProviderError['response']): ProviderError {
    return new ProviderError(readErrorBody(body), response);
  }
}

/** What is known about the failure of a provider, for administrators and the log: its own words, or what the system said. */
export function providerWords(failure: Failure): string | null {
  if (!failure.code.startsWith('PROVIDER_') && !(failure.cause instanceof ProviderError)) return null;
  let { cause } = failure;
  if (cause instanceof ProviderError) {
    const { response, status, message } = cause;
    const from = response ? `${response.url} answered ${response.status}` : status ? `error ${status}` : '';
    return [from, message].filter(Boolean).join(': ') || null;
  }
  while (cause instanceof Error && cause.cause instanceof Error) cause = cause.cause;
  return cause instanceof Error ? withoutKeys(cause.message).slice(0, 2_000) || null : null;
}
