import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { Log } from '../log.ts';
import { ERRORS, Failure, type ErrorCode } from '../../schema/errors.ts';
import { withoutValues } from './without-values.ts';

/** The one form in which any door of the product says no. */
export interface ErrorBody {
  errors: WireError[];
}

export interface WireError {
  message: string;
  path?: readonly (string | number)[];
  locations?: readonly { line: number; column: number }[];
  extensions: { code: ErrorCode; retryable: boolean; requestId: string } & Record<string, unknown>;
}

/** An error in its final form, for libraries that want an instance; its places in the document are given, not computed. */
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

/** Names that libraries below give to failures for which the product has its own. */
const FOREIGN_CODES: Record<string, ErrorCode> = {
  OPERATION_RESOLUTION_FAILURE: 'BAD_REQUEST',
  PERSISTED_QUERY_NOT_FOUND: 'BAD_REQUEST',
  PERSISTED_QUERY_NOT_SUPPORTED: 'BAD_REQUEST',
};

/** Codes whose message may come from a GraphQL library and quote the schema or the value. */
const QUOTING: readonly ErrorCode[] = ['GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED', 'BAD_USER_INPUT', 'BAD_REQUEST'];
const LONGEST_MESSAGE = 500;

/** Turns whatever went wrong into what a client may see. What nobody expected is logged here, once, and shown as INTERNAL. */
export function toWire(error: unknown, requestId: string, log: Log): WireError {
  const failure = failureOf(error);
  if (failure)
    return { ...placeOf(error), message: failure.message, extensions: extensionsOf(failure.extensions, failure.code, requestId) };
  const code = codeOf(error);
  if (code && code !== 'INTERNAL') {
    const { message, extensions } = error as GraphQLError;
    return {
      ...placeOf(error),
      message: QUOTING.includes(code) ? tidy(message) : message,
      extensions: extensionsOf(extensions, code, requestId),
    };
  }
  if (!code) log.error({ err: error, requestId }, 'a request failed unexpectedly');
  return { ...placeOf(error), message: ERRORS.INTERNAL.message, extensions: extensionsOf({}, 'INTERNAL', requestId) };
}

/** The HTTP status of a refused request. */
export function statusOf({ extensions }: WireError): number {
  return ERRORS[extensions.code].status;
}

/** `Retry-After` in seconds, where the failure knows when it is over. */
export function retryAfterOf({ extensions }: WireError): string | undefined {
  const seconds = extensions['retryAfterSeconds'];
  return typeof seconds === 'number' ? String(seconds) : undefined;
}

/** The code under which a client sees the error. */
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

function placeOf(error: unknown): Pick<WireError, 'path' | 'locations'> {
  const { path, locations } = (error ?? {}) as Partial<WireError>;
  return { ...(locations ? { locations } : {}), ...(path ? { path } : {}) };
}

/** Removes suggestions, by which the schema could be guessed, and values, which may be secrets, and long. */
function tidy(message: string): string {
  const text = withoutValues(message.replace(/ ?Did you mean [^?]*\?/g, '')).toWellFormed();
  return text.length > LONGEST_MESSAGE ? `${text.slice(0, LONGEST_MESSAGE)}…` : text;
}
