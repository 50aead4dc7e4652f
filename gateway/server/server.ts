import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { constants } from 'node:zlib';
import { fastifyCompress, type FastifyCompressOptions } from '@fastify/compress';
import { fastifyCookie } from '@fastify/cookie';
import Fastify, { type FastifyInstance, type FastifyListenOptions } from 'fastify';
import type { Bus } from '../../infra/bus/bus.ts';
import type { Files } from '../../infra/files/files.ts';
import { newId } from '../../infra/id.ts';
import type { Limits } from '../../infra/limits/limits.ts';
import type { Log } from '../../infra/log.ts';
import type { Metrics } from '../../infra/metrics/metrics.ts';
import type { Traces } from '../../infra/traces/traces.ts';
import { Failure } from '../../schema/errors.ts';
import { openApollo } from './apollo.ts';
import { addDownload, type DownloadOptions } from '../files/download.ts';
import { drainServer } from '../../infra/http/drain.ts';
import type { Introspection } from '../pipeline/pipeline.ts';
import type { GatewaySurface } from '../gateway.ts';
import { addSecurity } from './security.ts';
import { addHealth, type Checks } from '../../infra/http/health.ts';
import { addMetrics } from '../../infra/http/metrics.ts';
import { answerErrors, refuseConnection } from '../../infra/http/errors.ts';
import { LIMITS } from '../limits/limits.ts';
import { openServerContext, type ServerContext } from '../pipeline/server-context.ts';
import type { CostLimiter } from '../limits/cost-limiter.ts';
import { addSession } from '../auth/session-routes.ts';
import { SocketServer } from '../subscriptions/socket.ts';
import { SseServer } from '../subscriptions/sse.ts';
import { addPages } from './static.ts';
import { addUpload, type UploadOptions } from '../files/upload.ts';
import type { TokenReader } from '../auth/session-authenticator.ts';

export interface GatewayServerSettings {
  host: string;
  /** The URL that browsers use, if it is not the listen address. */
  publicUrl: string | undefined;
  trustedProxies: readonly string[];
  introspection: Introspection;
  /** Sign-in attempts per minute and IP address. */
  signInsPerMinute: number;
  /** Directory of the built web client. */
  webRoot: string;
  /** If undefined, `/metrics` is not served. */
  metricsToken: string | undefined;
  /** Drain delay (ms): `/health/ready` fails while requests are still served. */
  leavingMs: number;
}

export interface GatewayServerOptions {
  gateway: GatewaySurface;
  /** Must be the admission of the gateway. */
  costLimiter: CostLimiter;
  files: Files;
  tokens: TokenReader;
  signedUrls: { readUpload: UploadOptions['readToken']; readDownload: DownloadOptions['readToken'] };
  limits: Limits;
  bus: Bus;
  log: Log;
  metrics: Metrics;
  traces: Traces;
  /** Checks of `/health/ready`, by name. */
  checks: Checks;
  values: GatewayServerSettings;
}

export interface GatewayServer {
  /** Rejects if the port is in use. */
  listen(options: FastifyListenOptions): Promise<void>;
  /** Graceful shutdown: rejects new requests, waits for those in flight, and returns within ten seconds. */
  close(): Promise<void>;
  /** The actual port, after `listen`. */
  readonly port: number;
}

const HEADERS_MS = 10_000;
/** Allows the slowest upload; other bodies have a shorter timeout in security.ts. */
const REQUEST_MS = 15 * 60_000;
const CLOSE_MS = 8_000;
const MAX_CONNECTIONS = 8_192;
const MAX_TICKET_LENGTH = 4_096;
/** For GraphQL responses only; pages are compressed at build time. A low level, because every response is different. */
const COMPRESSION = {
  global: false,
  globalDecompression: false,
  threshold: 2_048,
  encodings: ['br', 'gzip'],
  brotliOptions: { params: { [constants.BROTLI_PARAM_QUALITY]: 3 } },
  zlibOptions: { level: 3 },
} satisfies FastifyCompressOptions;
const REQUEST_ID = /^[\w.-]{8,64}$/;

/** Opens the public HTTP server: GraphQL, WebSocket, server-sent events, files, sessions, health and the web client. */
export async function openGatewayServer(options: GatewayServerOptions): Promise<GatewayServer> {
  const { log, metrics, values } = options;
  const context = openServerContext(options);
  const events = new SseServer(context);
  const sockets = new SocketServer(context);
  const apollo = await openApollo(context);
  let isDraining = false;
  let isStopping = false;

  const app = makeApp();
  endConnectionsWhen(app, () => isDraining);
  rejectWhen(app, () => isStopping);
  await addSecurity(app, context.origin, context.isSecure);
  await app.register(fastifyCookie);
  answerErrors(app, log);
  await app.register(fastifyCompress, COMPRESSION);
  app.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    exposeHeadRoute: false,
    compress: {},
    handler: (request, reply) => apollo.handle(request, reply),
  });
  events.addTo(app);
  addSession(app, context);
  addFiles(app, options, context);
  addHealth(app, options.checks, () => isDraining);
  addMetrics(app, { metrics, token: values.metricsToken, isPublic: true });
  metrics.watch(() => [
    { name: 'parley_sockets', value: sockets.size },
    { name: 'parley_subscriptions', value: context.slots.size },
  ]);
  await addPages(app, values.webRoot);
  app.server.on('upgrade', (request, socket, head) => sockets.upgrade(request, socket, head));

  return {
    async listen(address) {
      await context.authenticator.open();
      context.people.open();
      await app.listen(address);
    },
    async close() {
      isDraining = true;
      // Gives the load balancer time to see the failing readiness check.
      await pause(values.leavingMs);
      isStopping = true;
      events.close();
      await sockets.close();
      await drainServer(app, CLOSE_MS - values.leavingMs);
      await apollo.stop();
      await context.authenticator.close();
      await context.people.close();
    },
    get port() {
      return (app.server.address() as AddressInfo).port;
    },
  };
}

/** Prevents a proxy from sending another request on a connection that is about to be closed. */
function endConnectionsWhen(app: FastifyInstance, isDraining: () => boolean): void {
  app.addHook('onRequest', async (_request, reply) => {
    if (isDraining()) void reply.header('connection', 'close');
  });
}

/** Keep-alive connections deliver requests even after the server stopped accepting connections. */
function rejectWhen(app: FastifyInstance, isStopping: () => boolean): void {
  app.addHook('onRequest', async (request) => {
    if (isStopping() && !request.url.startsWith('/health/')) throw new Failure('SHUTTING_DOWN');
  });
}

function addFiles(
  app: FastifyInstance,
  { files, signedUrls }: GatewayServerOptions,
  { gateway, addresses, authenticator }: ServerContext,
): void {
  const requireSession = async (sessionId: string | null) => {
    if (sessionId && !(await authenticator.loadSession(sessionId))) throw new Failure('NOT_FOUND');
  };
  addUpload(app, {
    files,
    requireSession,
    knowledge: () => gateway.sourceOf('knowledge'),
    readToken: (token) => signedUrls.readUpload(token),
    ipOf: (request) => addresses.of(request.raw),
  });
  addDownload(app, { files, requireSession, readToken: (token) => signedUrls.readDownload(token) });
}

function makeApp(): FastifyInstance {
  return Fastify({
    logger: false,
    bodyLimit: LIMITS.bodyBytes,
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: MAX_TICKET_LENGTH },
    genReqId: ({ headers }) => {
      const given = headers['x-request-id'];
      return typeof given === 'string' && REQUEST_ID.test(given) ? given : newId();
    },
    serverFactory: (handler) => {
      const server = createServer(
        { headersTimeout: HEADERS_MS, requestTimeout: REQUEST_MS, keepAliveTimeout: 65_000, connectionsCheckingInterval: 1_000 },
        handler,
      );
      server.maxConnections = MAX_CONNECTIONS;
      return server;
    },
    clientErrorHandler: refuseConnection as never,
  });
}
