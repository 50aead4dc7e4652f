import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { Log } from '../log.ts';
import { ERRORS, Failure, type ErrorCode } from '../../schema/errors.ts';
import type { SourceError } from '../../schema/source.ts';
import { withoutValues } from './without-values.ts';

/** The body of every error response. */
export interface ErrorBody {
  errors: WireError[];
}

export interface WireError {
  message: string;
  path?: readonly (string | number)[];
  locations?: readonly { line: number; column: number }[];
  extensions: { code: ErrorCode; retryable: boolean; requestId: string } & Record<string, unknown>;
}

/** Wraps a final error for libraries that need a GraphQLError. Its locations are given, not computed. */
export class WireGraphQLError extends GraphQLError {
  readonly #wire: WireError;

  constructor(wire: WireError, extensions: Record<string, unknown> = wire.extensions) {
    super(wire.message, { extensions, ...(wire.path ? { path: wire.path } : {}) });
    this.#wire = wire;
  }

  override toJSON(): GraphQLFormattedError {
    const { message, locations, path } = this.#wire;
    return { message, ...(locations ? { locations } : {}), ...(path ? { path } : {}), extensions: this.extensions };
  }
}

/** Maps error codes of libraries. */
const FOREIGN_CODES: Record<string, ErrorCode> = {
  OPERATION_RESOLUTION_FAILURE: 'BAD_REQUEST',
  PERSISTED_QUERY_NOT_FOUND: 'BAD_REQUEST',
  PERSISTED_QUERY_NOT_SUPPORTED: 'BAD_REQUEST',
};

/** Codes whose message may come from a GraphQL library and quote the schema or a value. */
const CODES_WITH_QUOTES: readonly ErrorCode[] = ['GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED', 'BAD_USER_INPUT', 'BAD_REQUEST'];
const MAX_MESSAGE_LENGTH = 500;

/**
 * Returns the failure that an exception or an error of a response stands for: a `Failure`, one that a GraphQLError wraps, or
 * a known code. Undefined for anything unexpected. The only such mapping; transports differ in what they make of it.
 */
export function failureOf(error: unknown): Failure | undefined {
  if (error instanceof Failure) return error;
  if (error instanceof GraphQLError && error.originalError instanceof Failure) return error.originalError;
  const { message, extensions } = (error ?? {}) as Partial<SourceError>;
  const { code: given, retryable: _, ...detail } = extensions ?? {};
  const code = typeof given === 'string' && Object.hasOwn(ERRORS, given) ? (given as ErrorCode) : FOREIGN_CODES[String(given)];
  return code && new Failure(code, { ...detail, ...(message ? { reason: message } : {}) }, { cause: error });
}

/** Converts any exception to a client error. Unexpected exceptions are logged here and reported as `INTERNAL`. */
export function toWire(error: unknown, requestId: string, log: Log): WireError {
  const failure = failureOf(error);
  if (!failure) log.error({ err: error, requestId }, 'a request failed unexpectedly');
  // The text of a library or a subgraph is not part of the API.
  const isForeign = failure?.cause === error;
  const { code, message, extensions } = !failure || (isForeign && failure.code === 'INTERNAL') ? new Failure('INTERNAL') : failure;
  const { stacktrace: _, exception: __, http: ___, ...kept } = extensions;
  return {
    ...locationOf(error),
    message: isForeign && CODES_WITH_QUOTES.includes(code) ? sanitize(message) : message,
    extensions: { ...kept, code, retryable: ERRORS[code].retryable, requestId },
  };
}

/** Returns the HTTP status of a request error. */
export function statusOf({ extensions }: WireError): number {
  return ERRORS[extensions.code].status;
}

/** Returns `Retry-After` in seconds, if known. */
export function retryAfterOf({ extensions }: WireError): string | undefined {
  const seconds = extensions['retryAfterSeconds'];
  return typeof seconds === 'number' ? String(seconds) : undefined;
}

function locationOf(error: unknown): Pick<WireError, 'path' | 'locations'> {
  const { path, locations } = (error ?? {}) as Partial<WireError>;
  return { ...(locations ? { locations } : {}), ...(path ? { path } : {}) };
}

/** Removes suggestions, which reveal the schema, and values, which may be secret or long. */
function sanitize(message: string): string {
  const text = withoutValues(message.replace(/ ?Did you mean [^?]*\?/g, '')).toWellFormed();
  return text.length > MAX_MESSAGE_LENGTH ? `${text.slice(0, MAX_MESSAGE_LENGTH)}…` : text;
}
