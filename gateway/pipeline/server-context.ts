import type { FastifyRequest } from 'fastify';
import { OperationPipeline } from './pipeline.ts';
import type { GatewayServerOptions } from '../server/server.ts';
import { LIMITS } from '../limits/limits.ts';
import { ratesFor, Throttle } from '../limits/throttle.ts';
import { ConnectedPeople } from '../subscriptions/connected-people.ts';
import { StreamSlots } from '../subscriptions/stream-slots.ts';
import { authenticateRequest, traceparentOf, type Caller } from '../auth/caller.ts';
import { ClientAddress } from '../auth/client-address.ts';
import { SessionCookies } from '../auth/cookies.ts';
import { Origin } from '../auth/origin.ts';
import { SessionAuthenticator } from '../auth/session-authenticator.ts';
import { OperationTelemetry } from './telemetry.ts';

/** Objects that all routes, sockets and streams of the server share. */
export type ServerContext = ReturnType<typeof openServerContext>;

export function openServerContext({ gateway, costLimiter, tokens, limits, bus, log, metrics, traces, values }: GatewayServerOptions) {
  const isSecure = values.publicUrl?.startsWith('https:') ?? false;
  const addresses = new ClientAddress(values.trustedProxies);
  const cookies = new SessionCookies(isSecure);
  const authenticator = new SessionAuthenticator(tokens, () => gateway.sourceOf('users'), bus);
  const throttle = new Throttle(limits, ratesFor(values.signInsPerMinute));
  return {
    gateway,
    log,
    isSecure,
    addresses,
    cookies,
    authenticator,
    people: new ConnectedPeople(bus),
    origin: new Origin(values.host, values.publicUrl),
    slots: new StreamSlots(LIMITS.subscriptionsPerUser),
    pipeline: new OperationPipeline({
      gateway,
      costLimiter,
      throttle,
      introspection: values.introspection,
      telemetry: new OperationTelemetry({ metrics, traces }),
      log,
    }),
    callerOf: (request: FastifyRequest): Caller => ({
      requestId: request.id,
      ip: addresses.of(request.raw),
      userAgent: request.headers['user-agent'],
      traceparent: traceparentOf(request.headers),
      authenticate: () => authenticateRequest(request.headers, cookies, authenticator),
    }),
  };
}
