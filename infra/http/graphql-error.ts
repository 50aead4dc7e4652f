import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { Log } from '../log.ts';
import { ERRORS, Failure, type ErrorCode } from '../../schema/errors.ts';
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
  constructor(
    private readonly wire: WireError,
    extensions: Record<string, unknown> = wire.extensions,
  ) {
    super(wire.message, { extensions, ...(wire.path ? { path: wire.path } : {}) });
  }

  override toJSON(): GraphQLFormattedError {
    const { message, locations, path } = this.wire;
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

/** Converts any exception to a client error. Unexpected exceptions are logged here and reported as `INTERNAL`. */
export function toWire(error: unknown, requestId: string, log: Log): WireError {
  const failure = failureOf(error);
  if (failure)
    return { ...locationOf(error), message: failure.message, extensions: extensionsOf(failure.extensions, failure.code, requestId) };
  const code = codeOf(error);
  if (code && code !== 'INTERNAL') {
    const { message, extensions } = error as GraphQLError;
    return {
      ...locationOf(error),
      message: CODES_WITH_QUOTES.includes(code) ? sanitize(message) : message,
      extensions: extensionsOf(extensions, code, requestId),
    };
  }
  if (!code) log.error({ err: error, requestId }, 'a request failed unexpectedly');
  return { ...locationOf(error), message: ERRORS.INTERNAL.message, extensions: extensionsOf({}, 'INTERNAL', requestId) };
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

/** Returns the code that `toWire` would use. */
export function errorCodeOf(error: unknown): ErrorCode {
  return failureOf(error)?.code ?? codeOf(error) ?? 'INTERNAL';
}

function failureOf(error: unknown): Failure | undefined {
  if (error instanceof Failure) return error;
  if (error instanceof GraphQLError && error.originalError instanceof Failure) return error.originalError;
  return undefined;
}

function codeOf(error: unknown): ErrorCode | undefined {
  const code = (error as { extensions?: { code?: unknown } } | null)?.extensions?.code;
  if (typeof code !== 'string') return undefined;
  if (code in ERRORS) return code as ErrorCode;
  return FOREIGN_CODES[code];
}

function extensionsOf(given: Record<string, unknown>, code: ErrorCode, requestId: string): WireError['extensions'] {
  const { stacktrace: _, exception: __, http: ___, ...kept } = given;
  return { ...kept, code, retryable: ERRORS[code].retryable, requestId };
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
