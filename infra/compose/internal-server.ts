import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import Fastify, { type FastifyInstance } from 'fastify';
import { drainServer } from '../http/drain.ts';
import { addHealth, type Checks } from '../http/health.ts';
import { answerErrors } from '../http/errors.ts';
import { addMetrics } from '../http/metrics.ts';
import { Failure } from '../../schema/errors.ts';
import type { Bus } from '../bus/bus.ts';
import type { Config } from '../config.ts';
import type { Database, Replica } from '../database/database.ts';
import { newId } from '../id.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { addressOf } from './address.ts';
import type { ListenAddress } from './roles/role.ts';

/** Longer than a gateway keeps an idle connection, so that the gateway closes it first. */
const IDLE_MS = 65_000;
/** Before the listener closes, requests are rejected with `SHUTTING_DOWN` for this long, so that clients use another replica. */
const LEAVING_MS = 1_000;
const CLOSE_MS = 7_000;

/** The HTTP server of roles other than the gateway: health checks, metrics and the role's own routes. */
export interface InternalServer {
  app: FastifyInstance;
  listen(place: ListenAddress): Promise<string>;
  /** Rejects new requests, waits for those in flight, and returns within ten seconds. */
  close(): Promise<void>;
}

export function openInternalServer(config: Config, log: Log, checks: Checks, metrics?: Metrics): InternalServer {
  const app = Fastify({
    logger: false,
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    keepAliveTimeout: IDLE_MS,
    genReqId: () => newId(),
  });
  let isStopping = false;
  answerErrors(app, log);
  app.addHook('onRequest', async (request, reply) => {
    if (!isStopping || request.url.startsWith('/health/')) return;
    void reply.header('connection', 'close');
    throw new Failure('SHUTTING_DOWN');
  });
  addHealth(app, checks, () => isStopping);
  if (metrics) addMetrics(app, { metrics, token: config.METRICS_TOKEN, isPublic: false });
  return {
    app,
    async listen(place) {
      await app.listen(place);
      return addressOf(config, (app.server.address() as AddressInfo).port);
    },
    async close() {
      isStopping = true;
      await pause(LEAVING_MS);
      await drainServer(app, CLOSE_MS);
    },
  };
}

/** Rejects if live messages are not delivered to this process, which only delays updates. */
export async function checkLiveMessages(bus: Bus): Promise<void> {
  if (!(await bus.currentEpoch().isContinuous())) throw new Error('live messages are not delivered');
}

/** Returns a health check per replica. Without replicas the primary serves all reads. */
export function replicasOf({ replicas }: Database): Record<string, () => Promise<void>> {
  const check = (replica: Replica) => async () => {
    if (!replica.isUsable) throw new Error('unavailable, or lagging too far behind');
  };
  return Object.fromEntries(replicas.map((replica) => [replica.name, check(replica)]));
}
