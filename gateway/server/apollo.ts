import './apollo-reporting.ts';
import { AsyncLocalStorage } from 'node:async_hooks';
import { ApolloServer, HeaderMap } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { GatewayInterface } from '@apollo/server-gateway-interface';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { Log } from '../../infra/log.ts';
import { ERRORS, type ErrorCode } from '../../schema/errors.ts';
import { PREFLIGHT_HEADERS, type Caller } from '../auth/caller.ts';
import type { Answer, OperationPipeline } from '../pipeline/pipeline.ts';
import type { GatewaySurface } from '../gateway.ts';
import { LIMITS } from '../limits/limits.ts';
import { parseFailure } from '../execution/prepared-document.ts';
import { retryAfterOf, statusOf, toWire, WireGraphQLError, type WireError } from '../../infra/http/graphql-error.ts';

interface ApolloOptions {
  gateway: GatewaySurface;
  pipeline: OperationPipeline;
  log: Log;
  callerOf(request: FastifyRequest): Caller;
}

export interface GraphRoute {
  handle(request: FastifyRequest, reply: FastifyReply): Promise<unknown>;
  stop(): Promise<void>;
}

/**
 * Serves `/graphql` over HTTP. Apollo Server parses requests and negotiates content (GraphQL over HTTP); the pipeline, which
 * the sockets share, checks and executes operations.
 */
export async function openApollo({ gateway, pipeline, log, callerOf }: ApolloOptions): Promise<GraphRoute> {
  const requestIds = new AsyncLocalStorage<string>();
  const server = new ApolloServer<{ caller: Caller }>({
    gateway: pipelineGateway(gateway, pipeline),
    stopOnTerminationSignals: false,
    csrfPrevention: { requestHeaders: [...PREFLIGHT_HEADERS] },
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    parseOptions: { maxTokens: LIMITS.tokens },
    // The pipeline validates after authentication.
    dangerouslyDisableValidation: true,
    includeStacktraceInErrorResponses: false,
    plugins: [
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginCacheControlDisabled(),
    ],
    formatError: (formatted, error) => (isOurs(formatted) ? formatted : toWire(asOurs(error), requestIds.getStore() ?? '', log)),
    logger: {
      debug: () => {},
      info: () => {},
      warn: (message: unknown) => log.warn(String(message)),
      error: (message: unknown) => log.error(String(message)),
    },
  });
  await server.start();
  const handle = fastifyApolloHandler(server, { context: async (request) => ({ caller: callerOf(request as unknown as FastifyRequest) }) });
  return {
    handle: (request, reply) => {
      dropEmptyName(request);
      return requestIds.run(request.id, () => handle.call(request.server as never, request as never, reply as never) as Promise<unknown>);
    },
    stop: () => server.stop(),
  };
}

/** Some clients send an empty `operationName`; Apollo Server would look for an operation with that name. */
function dropEmptyName({ body, raw }: FastifyRequest): void {
  if (typeof body === 'object' && body !== null && 'operationName' in body && body.operationName === '') delete body.operationName;
  if (raw.method === 'GET' && raw.url) raw.url = raw.url.replace(/([?&])operationName=(?:&|$)/, '$1');
}

function pipelineGateway(gateway: GatewaySurface, pipeline: OperationPipeline): GatewayInterface {
  return {
    load: async () => ({
      executor: async ({ request: { operationName, variables }, source, document, context }) => {
        const answer = await pipeline.execute(
          { query: source, parsed: document, operationName: operationName ?? null, variables: variables ?? null },
          context['caller'] as Caller,
        );
        return toApollo(answer) as Awaited<ReturnType<Awaited<ReturnType<GatewayInterface['load']>>['executor'] & {}>>;
      },
    }),
    onSchemaLoadOrUpdate: (callback) => gateway.onSchemaLoadOrUpdate(callback),
    stop: async () => {},
  };
}

/** Apollo Server reads the HTTP status of a request error from the first error. */
function toApollo({ data, errors }: Answer) {
  const [first] = errors ?? [];
  const http = first && data === undefined ? { status: statusOf(first), headers: headersOf(first) } : undefined;
  const wrap = (error: WireError, position: number) =>
    new WireGraphQLError(error, { ...error.extensions, ...(http && position === 0 ? { http } : {}) });
  return { ...(data === undefined ? {} : { data }), ...(errors ? { errors: errors.map(wrap) } : {}) };
}

function headersOf(error: WireError): HeaderMap {
  const retryAfter = retryAfterOf(error);
  return new HeaderMap(retryAfter ? [['retry-after', retryAfter]] : []);
}

/** Detects errors that are final already, because Apollo Server replaces the code if the document has no such operation. */
function isOurs({ extensions }: GraphQLFormattedError): boolean {
  return typeof extensions?.['requestId'] === 'string' && Object.hasOwn(ERRORS, String(extensions['code']));
}

/** Apollo Server reports all its own errors as `BAD_REQUEST`; the status is more specific. */
function asOurs(error: unknown): unknown {
  if (!(error instanceof GraphQLError)) return error;
  if (error.extensions['code'] === 'GRAPHQL_PARSE_FAILED') return parseFailure(error, LIMITS.tokens);
  if (error.extensions['code'] !== 'BAD_REQUEST') return error;
  const { status } = (error.extensions['http'] ?? {}) as { status?: number };
  const code: ErrorCode =
    status === 405 ? 'METHOD_NOT_ALLOWED' : error.message.includes('Cross-Site Request Forgery') ? 'CSRF_BLOCKED' : 'BAD_REQUEST';
  return new GraphQLError(error.message.trim(), { extensions: { code } });
}
