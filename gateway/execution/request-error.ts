import { GraphQLError } from 'graphql';
import type { Log } from '../../infra/log.ts';
import { ERRORS, Failure, type ErrorCode } from '../../schema/errors.ts';
import type { Identity } from '../../schema/viewer.ts';
import type { GraphResult } from './request.ts';

/** Why a request was not executed. */
export class RequestError extends Error {
  constructor(readonly errors: readonly GraphQLError[]) {
    super(errors[0]?.message);
  }
}

/** Errors of GraphQL's own get the code; a failure, such as one thrown by a rule, keeps its own. Bugs are thrown on. */
export function refuse(code: ErrorCode, errors: readonly unknown[]): RequestError {
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

/** What the caller sees of an exception. Anything but a refusal is a bug: logged here, once. */
export function toResult(error: unknown, log: Log, identity?: Identity): GraphResult {
  if (error instanceof RequestError) return { errors: error.errors };
  const failure = error instanceof Failure ? error : new Failure('INTERNAL', identity ? { requestId: identity.requestId } : {});
  if (failure !== error) log.error({ err: error, requestId: identity?.requestId }, 'the gateway failed');
  return { errors: [new GraphQLError(failure.message, { extensions: failure.extensions })] };
}

/** The failure that an error of the graph stands for; codes that are not ours are `INTERNAL`. */
export function toFailure(error: GraphQLError): Failure {
  const { code, retryable: _retryable, ...detail } = error.extensions;
  if (typeof code !== 'string' || !Object.hasOwn(ERRORS, code)) return new Failure('INTERNAL', {}, { cause: error });
  return new Failure(code as ErrorCode, { ...detail, reason: error.message }, { cause: error });
}
