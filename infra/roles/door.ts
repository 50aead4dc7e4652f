import { resolve } from 'node:path';
import { Gateway } from '../../gateway/gateway.ts';
import type { Checks } from '../../gateway/health.ts';
import { openDoor, type Door } from '../../gateway/http.ts';
import type { Scales } from '../../gateway/limits/scales.ts';
import type { Config } from '../config.ts';
import type { Ground } from '../ground.ts';
import type { Log } from '../log.ts';
import { readSdl, type Sources } from './graph.ts';

/** The public graph, which the door's limits apply to. */
export async function openGateway(
  config: Config,
  log: Log,
  { sources, scales: admission }: { sources: Sources; scales: Scales },
): Promise<Gateway> {
  const gateway = new Gateway({ supergraphSdl: readSdl('supergraph'), sources, plannerName: config.QUERY_PLANNER, log, admission });
  await gateway.load();
  return gateway;
}

/** The public listener, before a graph. */
export function openDoorOf(
  config: Config,
  log: Log,
  parts: { ground: Ground; gateway: Gateway; scales: Scales; checks: Checks; leavingMs?: number },
): Promise<Door> {
  const { ground, gateway, scales, checks, leavingMs = 0 } = parts;
  return openDoor({
    ...ground,
    gateway,
    scales,
    log,
    checks: { ...checks, vital: { supergraph: async () => gateway.schema, ...checks.vital } },
    values: {
      host: config.HOST,
      publicUrl: config.PUBLIC_URL,
      trustedProxies: config.TRUSTED_PROXIES,
      introspection: config.INTROSPECTION,
      signInsPerMinute: config.SIGN_INS_PER_MINUTE,
      webRoot: resolve('web/build'),
      metricsToken: config.METRICS_TOKEN,
      leavingMs,
    },
  });
}
