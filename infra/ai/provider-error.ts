import { ReportedError } from './ai.ts';
import { readErrorBody, type Saying } from './response/error-body.ts';

/** A failure reported by a provider, as a response or within a stream. */
export class ProviderError extends ReportedError {
  override readonly name = 'ProviderError';
  readonly words: string;
  readonly status: number | undefined;

  /** Headers and URL, if the failure was the response. */
  readonly response: { status: number; headers: Headers; url: string } | undefined;

  constructor(saying: Saying, response?: { status: number; headers: Headers; url: string }) {
    super(saying.sentence);
    this.response = response;
    this.words = saying.words;
    this.status = response?.status ?? saying.status;
  }

  static fromBody(body: unknown, response?: ProviderError['response']): ProviderError {
    return new ProviderError(readErrorBody(body), response);
  }

  get report(): string {
    const { response, status, message } = this;
    const from = response ? `${response.url} answered ${response.status}` : status ? `error ${status}` : '';
    return [from, message].filter(Boolean).join(': ');
  }
}
