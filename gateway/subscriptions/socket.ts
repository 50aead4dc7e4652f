import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { handleProtocols, makeServer, type Context, type Server, type SubscribePayload } from 'graphql-ws';
import type { ExecutionArgs } from 'graphql';
import { WebSocketServer } from 'ws';
import type { PullStream } from '../../infra/async/iterators.ts';
import { newId } from '../../infra/id.ts';
import type { Log } from '../../infra/log.ts';
import { Failure } from '../../schema/errors.ts';
import { bearerOf, traceparentOf } from '../auth/caller.ts';
import type { ClientAddress } from '../auth/client-address.ts';
import type { SessionCookies } from '../auth/cookies.ts';
import type { AdmittedOperation, Answer, OperationPipeline } from '../pipeline/pipeline.ts';
import type { GatewaySurface } from '../gateway.ts';
import { LIMITS } from '../limits/limits.ts';
import type { Origin } from '../auth/origin.ts';
import { refuseSocket } from '../../infra/http/errors.ts';
import { WireGraphQLError } from '../../infra/http/graphql-error.ts';
import type { ConnectedPeople } from './connected-people.ts';
import { watchSession } from './session-watch.ts';
import { serveConnection, type Extra } from './socket-connection.ts';
import type { StreamSlots } from './stream-slots.ts';
import type { SessionAuthenticator } from '../auth/session-authenticator.ts';

export interface SocketOptions {
  gateway: GatewaySurface;
  pipeline: OperationPipeline;
  authenticator: SessionAuthenticator;
  people: ConnectedPeople;
  cookies: SessionCookies;
  origin: Origin;
  addresses: ClientAddress;
  slots: StreamSlots;
  log: Log;
}

interface Params extends Record<string, unknown> {
  accessToken?: unknown;
}

type SocketContext = Context<Params, Extra>;

const CONNECTION_INIT_MS = 3_000;
const DRAIN_MS = 2_000;

/** Serves `/graphql` over WebSocket (graphql-transport-ws) by the same pipeline as HTTP. Requires a session. */
export class SocketServer {
  readonly #sockets = new WebSocketServer({ noServer: true, maxPayload: LIMITS.bodyBytes, perMessageDeflate: false, handleProtocols });
  readonly #server: Server<Extra>;

  readonly #options: SocketOptions;

  constructor(options: SocketOptions) {
    this.#options = options;
    this.#server = makeServer<Params, Extra>({
      connectionInitWaitTimeout: CONNECTION_INIT_MS,
      onConnect: (context) => this.#connect(context),
      onSubscribe: (context, _id, payload) => this.#admit(context, payload),
      execute: (args) => this.#options.pipeline.run(admittedOf(args)) as never,
      subscribe: (args) => this.#subscribe(admittedOf(args)) as never,
      // Answers are already serialized; the library would call methods of their errors.
      onNext: (_context, _id, _payload, _args, result) => result as never,
    });
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { origin, log } = this.#options;
    if (!origin.answersTo(request.headers.host)) return refuseSocket(socket, '421 Misdirected Request', new Failure('BAD_REQUEST'));
    if (request.url?.split('?')[0] !== '/graphql') return refuseSocket(socket, '404 Not Found', new Failure('NOT_FOUND'));
    if (!origin.isOurPage(request.headers.origin, request.headers.host))
      return refuseSocket(socket, '403 Forbidden', new Failure('CSRF_BLOCKED'));
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => serveConnection(webSocket, request, { server: this.#server, log }));
  }

  get size(): number {
    return this.#sockets.clients.size;
  }

  /** Closes all sockets with 1001 and terminates those that remain after `DRAIN_MS`. */
  async close(): Promise<void> {
    const left = new Promise<void>((resolve) => this.#sockets.close(() => resolve()));
    for (const socket of this.#sockets.clients) socket.close(1001, 'going away');
    const patience = setTimeout(() => this.#sockets.clients.forEach((socket) => socket.terminate()), DRAIN_MS);
    await left;
    clearTimeout(patience);
  }

  async #connect(context: SocketContext): Promise<boolean> {
    const { request, shut } = context.extra;
    try {
      const session = await this.#options.authenticator.authenticate(this.#tokenOf(context));
      const stop = watchSession(this.#options, session, (why) => shut(4403, why));
      request.socket.once('close', stop);
      return true;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      if (error.code === 'DEPENDENCY_UNAVAILABLE') shut(1013, 'try again later');
      else shut(4403, error.code === 'TOKEN_EXPIRED' ? 'token expired' : 'unauthenticated');
      return false;
    }
  }

  async #admit(context: SocketContext, payload: SubscribePayload) {
    const requestId = newId();
    const { request } = context.extra;
    try {
      if (Object.keys(context.subscriptions).length > LIMITS.operationsPerSocket) {
        throw new Failure('TOO_MANY_SUBSCRIPTIONS', { limit: LIMITS.operationsPerSocket });
      }
      const admitted = await this.#options.pipeline.admit(
        { query: payload.query, operationName: payload.operationName ?? null, variables: payload.variables ?? null },
        {
          requestId,
          ip: this.#options.addresses.of(request),
          userAgent: request.headers['user-agent'],
          // Operations of one socket may belong to different traces.
          traceparent: traceparentOf(payload.extensions ?? {}),
          authenticate: async () => this.#options.authenticator.authenticate(this.#tokenOf(context)),
        },
      );
      // graphql-transport-ws requires an `error` message for validation errors, not a `next`.
      const errors = await this.#options.pipeline.validate(admitted);
      if (errors) return errors.map((wire) => new WireGraphQLError(wire));
      return {
        schema: this.#options.gateway.schema,
        document: admitted.request.document.node,
        operationName: payload.operationName || undefined,
        contextValue: admitted,
      } satisfies ExecutionArgs;
    } catch (error) {
      return this.#options.pipeline.toErrorAnswer(error, requestId).errors.map((wire) => new WireGraphQLError(wire));
    }
  }

  async #subscribe(admitted: AdmittedOperation): Promise<PullStream<Answer> | Answer> {
    const { pipeline, slots } = this.#options;
    const { viewer, requestId } = admitted.identity;
    try {
      const release = slots.take(viewer?.userId ?? '');
      const result = await pipeline.subscribe(admitted).catch((error: unknown) => (release(), Promise.reject(error)));
      if (Symbol.asyncIterator in result) return result.onEnd(release);
      release();
      return result;
    } catch (error) {
      return pipeline.toErrorAnswer(error, requestId);
    }
  }

  /** Reads the token from `connection_init` or from the cookie of the upgrade request. */
  #tokenOf({ connectionParams, extra }: SocketContext): string {
    const { accessToken, refreshToken } = this.#options.cookies.read(extra.request.headers.cookie);
    const given = connectionParams?.accessToken ?? bearerIn(connectionParams) ?? accessToken;
    if (typeof given !== 'string') throw new Failure(refreshToken ? 'TOKEN_EXPIRED' : 'UNAUTHENTICATED');
    return given;
  }
}

/** Most tools send the header in `connection_init`, because browsers cannot set headers of a WebSocket. */
function bearerIn(params: Params | undefined): string | undefined {
  const [, value] = Object.entries(params ?? {}).find(([name]) => name.toLowerCase() === 'authorization') ?? [];
  return value === undefined ? undefined : bearerOf(typeof value === 'string' ? value : '');
}

function admittedOf({ contextValue }: { contextValue?: unknown }): AdmittedOperation {
  return contextValue as AdmittedOperation;
}
