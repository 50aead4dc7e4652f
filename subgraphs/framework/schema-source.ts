import { LRUCache } from 'lru-cache';
import {
  createSourceEventStream,
  execute,
  GraphQLError,
  parse,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLSchema,
} from 'graphql';
import { mapStream } from '../../infra/async/iterators.ts';
import { isAway } from '../../infra/database/database.ts';
import { ERRORS, Failure } from '../../schema/errors.ts';
import type { Source, SourceError, SourceRequest, SourceResult } from '../../schema/source.ts';
import type { Identity } from '../../schema/viewer.ts';
import type { Context } from './context.ts';

const MAX_DOCUMENTS = 1000;

/**
 * Executes documents against a schema. They come from the gateway's plans: few, validated there, and parsed once here.
 */
export function schemaSource(schema: GraphQLSchema, { em, read, bus, log }: Omit<Context, 'identity'>): Source {
  const documents = new LRUCache<string, DocumentNode>({ max: MAX_DOCUMENTS });

  function documentOf(query: string): DocumentNode {
    let document = documents.get(query);
    if (!document) {
      document = parse(query, { noLocation: true });
      documents.set(query, document);
    }
    return document;
  }

  function argumentsOf(request: SourceRequest, identity: Identity) {
    const contextValue: Context = { identity, em: em.fork(), read, bus, log: log.child({ requestId: identity.requestId }) };
    return {
      schema,
      document: documentOf(request.query),
      variableValues: request.variables,
      operationName: request.operationName,
      contextValue,
    };
  }

  return {
    async execute(request, identity) {
      const args = argumentsOf(request, identity);
      return toResult(await execute(args), args.contextValue);
    },
    async subscribe(request, identity) {
      const args = argumentsOf(request, identity);
      const events = await createSourceEventStream(args);
      if (!(Symbol.asyncIterator in events)) return toResult(events, args.contextValue);
      // Each event gets a new context, because loaders would return stale data in the next event.
      return mapStream<unknown, SourceResult>(
        events as AsyncIterableIterator<unknown>,
        async (event) => {
          const own = argumentsOf(request, identity);
          return toResult(await execute({ ...own, rootValue: event }), own.contextValue);
        },
        (error) => ({ data: null, errors: [toSourceError(new GraphQLError('', { originalError: error as Error }), args.contextValue)] }),
      );
    },
  };
}

function toResult(result: ExecutionResult, context: Context): SourceResult {
  return {
    ...(result.data === undefined ? {} : { data: result.data as Record<string, unknown> | null }),
    ...(result.errors ? { errors: result.errors.map((error) => toSourceError(error, context)) } : {}),
  };
}

/** Passes failures unchanged. Any other error is a bug: logged here once in full and returned as INTERNAL. */
function toSourceError(error: GraphQLError, context: Context): SourceError {
  const cause = error.originalError;
  const path = error.path ? { path: [...error.path] } : {};
  if (cause instanceof Failure) return { message: cause.message, ...path, extensions: cause.extensions };
  // Errors of GraphQL itself, such as a variable of the wrong kind, have no original.
  if (!cause) return { message: error.message, ...path, extensions: { code: 'BAD_USER_INPUT', retryable: false, ...error.extensions } };
  if (isAway(cause)) {
    context.log.warn({ err: cause, path: error.path }, 'the database does not answer');
    const { message, extensions } = new Failure('DEPENDENCY_UNAVAILABLE');
    return { message, ...path, extensions };
  }
  context.log.error({ err: cause, path: error.path }, 'a resolver failed');
  return {
    message: ERRORS.INTERNAL.message,
    ...path,
    extensions: { code: 'INTERNAL', retryable: true, requestId: context.identity.requestId },
  };
}
