import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fastifyCookie } from '@fastify/cookie';
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import type { Bus } from '../infra/bus/bus.ts';
import type { Files } from '../infra/files/files.ts';
import { newId } from '../infra/id.ts';
import type { Limits } from '../infra/limits/limits.ts';
import type { Log } from '../infra/log.ts';
import { Failure } from '../schema/errors.ts';
import { openApollo } from './apollo.ts';
import { proofOf, type Asker } from './asker.ts';
import { ClientAddress } from './client-address.ts';
import { SessionCookies } from './cookies.ts';
import { addDownload, type DownloadOptions } from './download.ts';
import { Entrance, type Introspection } from './entrance.ts';
import type { GatewaySurface } from './gateway.ts';
import { raiseGuards } from './guards.ts';
import { addHealth, type Check } from './health.ts';
import { answerErrors, refuseConnection } from './http-errors.ts';
import { LIMITS } from './limits.ts';
import { Origin } from './origin.ts';
import type { Scales } from './scales.ts';
import { addSession } from './session.ts';
import { SocketDoor } from './socket.ts';
import { EventDoor } from './sse.ts';
import { addPages } from './static.ts';
import { StreamSlots } from './stream-slots.ts';
import { ratesFor, Throttle } from './throttle.ts';
import { addUpload, type UploadOptions } from './upload.ts';
import { Viewers, type TokenReader } from './viewer.ts';

export interface DoorValues {
  host: string;
  port: number;
  /** Where browsers reach the door, when that is not where it listens. */
  publicUrl: string | undefined;
  trustedProxies: readonly string[];
  introspection: Introspection;
  /** Sign-ins that one address may try in a minute. */
  signInsPerMinute: number;
  /** The built web client. */
  webRoot: string;
}

export interface DoorOptions {
  gateway: GatewaySurface;
  /** The same that the gateway was given as its admission. */
  scales: Scales;
  files: Files;
  tokens: TokenReader;
  tickets: { readUpload: UploadOptions['readTicket']; readDownload: DownloadOptions['readTicket'] };
  limits: Limits;
  bus: Bus;
  log: Log;
  /** What `/health/ready` asks, by name. */
  checks: Record<string, Check>;
  values: DoorValues;
}

export interface Door {
  /** Resolves once requests are answered; rejects when the port is taken. */
  listen(): Promise<void>;
  /** Turns newcomers away, lets what is under way end, and returns within ten seconds. */
  close(): Promise<void>;
  /** The port listened on, once it is; with port 0 the system chose it. */
  readonly port: number;
}

const HEADERS_MS = 10_000;
/** For the slowest upload; every other body has a shorter time of its own, see guards.ts. */
const REQUEST_MS = 15 * 60_000;
const CLOSE_MS = 8_000;
const MAX_CONNECTIONS = 8_192;
const MAX_TICKET_LENGTH = 4_096;
const REQUEST_ID = /^[\w.-]{8,64}$/;

/** The one listener of the product: the graph, its sockets and streams, files, sessions, health, and the web client. */
export async function openDoor(options: DoorOptions): Promise<Door> {
  const { gateway, scales, log, limits, values } = options;
  const isSecure = values.publicUrl?.startsWith('https:') ?? false;
  const origin = new Origin(values.host, values.publicUrl);
  const cookies = new SessionCookies(isSecure);
  const addresses = new ClientAddress(values.trustedProxies);
  const slots = new StreamSlots(LIMITS.subscriptionsPerUser);
  const viewers = new Viewers(options.tokens, () => gateway.sourceOf('users'), options.bus);
  const entrance = new Entrance({ gateway, scales, throttle: new Throttle(limits, ratesFor(values.signInsPerMinute)), introspection: values.introspection, log });
  const askerOf = (request: FastifyRequest): Asker => ({
    requestId: request.id,
    ip: addresses.of(request.raw),
    userAgent: request.headers['user-agent'],
    prove: () => proofOf(request.headers, cookies, viewers),
  });

  let isStopping = false;
  const app = makeApp();
  app.addHook('onRequest', async (request, reply) => {
    if (!isStopping || request.url.startsWith('/health/')) return;
    void reply.header('connection', 'close');
    throw new Failure('SHUTTING_DOWN');
  });
  await raiseGuards(app, origin, isSecure);
  await app.register(fastifyCookie);
  answerErrors(app, log);

  const events = new EventDoor({ entrance, viewers, slots, askerOf, log });
  const sockets = new SocketDoor({ gateway, entrance, viewers, cookies, origin, addresses, slots, log });
  const apollo = await openApollo({ gateway, entrance, log, askerOf });
  app.route({ method: ['GET', 'POST'], url: '/graphql', exposeHeadRoute: false, handler: (request, reply) => apollo.handle(request, reply) });
  events.addTo(app);
  addSession(app, { entrance, viewers, cookies, origin, askerOf, log });
  addUpload(app, { files: options.files, knowledge: () => gateway.sourceOf('knowledge'), readTicket: (ticket) => options.tickets.readUpload(ticket), ipOf: (request) => addresses.of(request.raw) });
  addDownload(app, { files: options.files, readTicket: (ticket) => options.tickets.readDownload(ticket) });
  addHealth(app, options.checks, () => isStopping);
  addPages(app, values.webRoot);
  app.server.on('upgrade', (request, socket, head) => sockets.upgrade(request, socket, head));

  return {
    async listen() {
      await viewers.open();
      await app.listen({ host: values.host, port: values.port });
    },
    async close() {
      isStopping = true;
      events.close();
      await sockets.close();
      const patience = setTimeout(() => app.server.closeAllConnections(), CLOSE_MS);
      await app.close();
      clearTimeout(patience);
      await apollo.stop();
      await viewers.close();
    },
    get port() {
      return (app.server.address() as AddressInfo).port;
    },
  };
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
      const server = createServer({ headersTimeout: HEADERS_MS, requestTimeout: REQUEST_MS, keepAliveTimeout: 65_000, connectionsCheckingInterval: 1_000 }, handler);
      server.maxConnections = MAX_CONNECTIONS;
      return server;
    },
    clientErrorHandler: refuseConnection as never,
  });
}
