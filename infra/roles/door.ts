import { resolve } from 'node:path';
import type { Gateway } from '../../gateway/gateway.ts';
import type { Checks } from '../../gateway/health.ts';
import { openDoor, type Door } from '../../gateway/http.ts';
import type { Scales } from '../../gateway/limits/scales.ts';
import type { Config } from '../config.ts';
import type { Log } from '../log.ts';
import type { Ground } from '../platform.ts';

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

/** Every address of the machine, as containers listen on: no browser goes to an address of that name. */
const EVERY: Record<string, string> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

/** Where a listener is reached on this machine. */
export function addressOf({ HOST }: Pick<Config, 'HOST'>, port: number): string {
  const host = EVERY[HOST] ?? HOST;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
