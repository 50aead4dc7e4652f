import { GraphQLError } from 'graphql';
import { failureOf } from '../../infra/http/graphql-error.ts';
import type { Log } from '../../infra/log.ts';
import { ERRORS, Failure, type ErrorCode } from '../../schema/errors.ts';
import type { Identity } from '../../schema/viewer.ts';
import type { GraphResult } from './request.ts';

/** A request error (specification §7.1.2): the request was not executed. */
export class RequestError extends Error {
  readonly errors: readonly GraphQLError[];

  constructor(errors: readonly GraphQLError[]) {
    super(errors[0]?.message);
    this.errors = errors;
  }
}

/** Gives errors of graphql-js the code; a `Failure`, e.g. of a validation rule, keeps its own. Rethrows other exceptions. */
export function requestError(code: ErrorCode, errors: readonly unknown[]): RequestError {
  return new RequestError(errors.map((error) => withCode(error, code)));
}

function withCode(error: unknown, code: ErrorCode): GraphQLError {
  const cause = error instanceof GraphQLError ? (error.originalError ?? error) : error;
  if (cause instanceof Failure) return new GraphQLError(cause.message, { extensions: cause.extensions });
  if (!(error instanceof GraphQLError)) throw error;
  const { message, nodes, source, positions, path, extensions } = error;
  return new GraphQLError(message, {
    nodes,
    source,
    positions,
    path,
    extensions: { code, retryable: ERRORS[code].retryable, ...extensions },
  });
}

/** Converts an exception to a result. Anything but a `RequestError` or `Failure` is a bug and is logged here. */
export function toResult(error: unknown, log: Log, identity?: Identity): GraphResult {
  if (error instanceof RequestError) return { errors: error.errors };
  if (error instanceof GraphQLError && error.extensions['code'] === 'GRAPHQL_PARSE_FAILED') return { errors: [error] };
  const expected = failureOf(error);
  if (!expected) log.error({ err: error, requestId: identity?.requestId }, 'the gateway failed');
  const failure = expected ?? new Failure('INTERNAL', identity ? { requestId: identity.requestId } : {});
  return { errors: [new GraphQLError(failure.message, { extensions: failure.extensions })] };
}
