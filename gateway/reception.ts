import type { FastifyRequest } from 'fastify';
import { Entrance } from './entrance.ts';
import type { DoorOptions } from './http.ts';
import { LIMITS } from './limits/limits.ts';
import { ratesFor, Throttle } from './limits/throttle.ts';
import { StreamSlots } from './streams/stream-slots.ts';
import { proofOf, traceparentOf, type Asker } from './viewer/asker.ts';
import { ClientAddress } from './viewer/client-address.ts';
import { SessionCookies } from './viewer/cookies.ts';
import { Origin } from './viewer/origin.ts';
import { Viewers } from './viewer/viewer.ts';
import { Watch } from './watch.ts';

/** What every route, socket and stream of one door shares. */
export type Reception = ReturnType<typeof openReception>;

export function openReception({ gateway, scales, tokens, limits, bus, presence, log, metrics, traces, values }: DoorOptions) {
  const isSecure = values.publicUrl?.startsWith('https:') ?? false;
  const addresses = new ClientAddress(values.trustedProxies);
  const cookies = new SessionCookies(isSecure);
  const viewers = new Viewers(tokens, () => gateway.sourceOf('users'), bus);
  const throttle = new Throttle(limits, ratesFor(values.signInsPerMinute));
  return {
    gateway,
    log,
    isSecure,
    addresses,
    cookies,
    viewers,
    presence,
    origin: new Origin(values.host, values.publicUrl),
    slots: new StreamSlots(LIMITS.subscriptionsPerUser),
    entrance: new Entrance({ gateway, scales, throttle, introspection: values.introspection, watch: new Watch({ metrics, traces }), log }),
    askerOf: (request: FastifyRequest): Asker => ({
      requestId: request.id,
      ip: addresses.of(request.raw),
      userAgent: request.headers['user-agent'],
      traceparent: traceparentOf(request.headers),
      prove: () => proofOf(request.headers, cookies, viewers),
    }),
  };
}
