/** Describes a failure with the message of the graph or, if it gave none, a message of the client. `code` is one of schema/errors.ts or OFFLINE. */
export class GraphFailure extends Error {
  override readonly name = 'GraphFailure';
  readonly code: string;
  readonly retryable: boolean;
  /** Identifies the request in the log of the server. */
  readonly requestId: string | undefined;
  /** The input field with the error, if known. */
  readonly field: string | undefined;

  constructor(
    message: string,
    detail: { code: string; retryable?: boolean; requestId?: string | undefined; field?: string | undefined; cause?: unknown },
  ) {
    super(message, { cause: detail.cause });
    this.code = detail.code;
    this.retryable = detail.retryable ?? false;
    this.requestId = detail.requestId;
    this.field = detail.field;
  }

  get endsSession(): boolean {
    return this.code === 'UNAUTHENTICATED' || this.code === 'SESSION_REUSED' || this.code === 'TOKEN_EXPIRED';
  }
}

/** An error of a GraphQL response. */
export interface GraphError {
  message: string;
  extensions?: Record<string, unknown> | undefined;
}

/** Returns the first error of a response. */
export function failureOf(errors: readonly GraphError[], requestId?: string | null): GraphFailure {
  const [first] = errors;
  const extensions = first?.extensions ?? {};
  return new GraphFailure(first?.message ?? 'An internal error occurred. Try again.', {
    code: text(extensions['code']) ?? 'INTERNAL',
    retryable: extensions['retryable'] === true,
    requestId: text(extensions['requestId']) ?? requestId ?? undefined,
    field: text(extensions['field']),
  });
}

/** The request did not reach the server, or its response was lost. */
export function unreachable(cause: unknown): GraphFailure {
  return new GraphFailure('Parley cannot be reached. Check your connection and try again.', { code: 'OFFLINE', retryable: true, cause });
}

/**
 * Converts any error to a failure that can be shown. The message of an exception is for developers, so it is logged to
 * the console, and the person gets an instruction.
 */
export function asFailure(error: unknown): GraphFailure {
  if (error instanceof GraphFailure) return error;
  globalThis.reportError?.(error);
  return new GraphFailure('An error occurred in this page. Try again, or reload the page.', { code: 'INTERNAL', cause: error });
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
