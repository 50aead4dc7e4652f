import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { GraphQLError, parse } from 'graphql';
import { handleProtocols, type SubscribePayload } from 'graphql-ws';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import type { Log } from '../../infra/log.ts';
import { Failure } from '../../schema/errors.ts';
import type { Source, SourceRequest } from '../../schema/source.ts';
import type { Identity } from '../../schema/viewer.ts';

export interface ServeOptions {
  name: string;
  source: Source;
  /** `verify` throws `TOKEN_EXPIRED` or `UNAUTHENTICATED`. */
  identities: { verify(token: string, subgraph: string): Promise<Identity> };
  log: Log;
}

/** Body limit: the representations of many entities are long. */
const MAX_BYTES = 16 * 1024 * 1024;
const BEAT_MS = 10_000;
/** Time for a peer to close its socket after a close frame, before it is terminated. */
const FAREWELL_MS = 2_000;

interface Asked {
  request: SourceRequest;
  identity: Identity;
}

/**
 * Serves a subgraph at `POST /graphql` and over graphql-transport-ws at the same path. Every request, and every operation
 * of a socket, needs a signed identity, even `_service`.
 */
export function serveSubgraph(app: FastifyInstance, options: ServeOptions): { close(): Promise<void> } {
  const { source } = options;
  app.post('/graphql', { bodyLimit: MAX_BYTES }, async (request, reply) => {
    const identity = await identityOf(options, /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1]);
    return reply.send(await source.execute(requestOf(request.body, request.headers['traceparent']), identity));
  });

  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_BYTES, perMessageDeflate: false, handleProtocols });
  useServer(
    {
      onSubscribe: (_context, _id, payload) => admit(options, payload),
      execute: ({ contextValue }) => source.execute(...askedOf(contextValue)) as never,
      subscribe: ({ contextValue }) => source.subscribe(...askedOf(contextValue)) as never,
      // Results are in their final form already.
      onNext: (_context, _id, _payload, _args, result) => result as never,
      onError: (_context, _id, _payload, errors) => errors,
    },
    sockets,
    BEAT_MS,
  );
  app.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (request.url !== '/graphql') return void socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n');
    sockets.handleUpgrade(request, socket, head, (accepted) => sockets.emit('connection', accepted, request));
  });

  return {
    async close() {
      for (const socket of sockets.clients) socket.close(1001, 'going away');
      const impatience = setTimeout(() => sockets.clients.forEach((socket) => socket.terminate()), FAREWELL_MS);
      await new Promise((resolve) => sockets.close(resolve));
      clearTimeout(impatience);
    },
  };
}

function askedOf(contextValue: unknown): [SourceRequest, Identity] {
  const { request, identity } = contextValue as Asked;
  return [request, identity];
}

async function identityOf({ name, identities }: ServeOptions, token: unknown): Promise<Identity> {
  if (typeof token !== 'string') throw new Failure('UNAUTHENTICATED');
  return identities.verify(token, name);
}

function requestOf(body: unknown, traceparent: unknown): SourceRequest {
  const { query, variables, operationName } = (body ?? {}) as Partial<SourceRequest>;
  if (typeof query !== 'string') throw new Failure('BAD_REQUEST');
  return {
    query,
    ...(variables ? { variables } : {}),
    ...(operationName ? { operationName } : {}),
    ...(typeof traceparent === 'string' ? { traceparent } : {}),
  };
}

async function admit(options: ServeOptions, payload: SubscribePayload) {
  try {
    const identity = await identityOf(options, payload.extensions?.['identity']);
    const request = requestOf(payload, payload.extensions?.['traceparent']);
    const contextValue: Asked = { request, identity };
    return { schema: undefined as never, document: parse(request.query), operationName: request.operationName, contextValue };
  } catch (error) {
    return [toClientError(error, options.log)];
  }
}

function toClientError(error: unknown, log: Log): GraphQLError {
  if (!(error instanceof Failure)) log.error({ err: error }, 'a subscription could not be read');
  const { message, extensions } = error instanceof Failure ? error : new Failure('BAD_REQUEST');
  return new GraphQLError(message, { extensions });
}
