import { resolve } from 'node:path';
import { Gateway } from '../../gateway/gateway.ts';
import type { Checks } from '../http/health.ts';
import { openGatewayServer, type GatewayServer } from '../../gateway/server/server.ts';
import type { CostLimiter } from '../../gateway/limits/cost-limiter.ts';
import type { Config } from '../config.ts';
import type { ProcessServices } from './process-services.ts';
import type { Log } from '../log.ts';
import { readSdl, type Sources } from './graph.ts';

/** Opens the public graph, to which the server's limits apply. */
export async function openGateway(
  config: Config,
  log: Log,
  { sources, costLimiter: admission }: { sources: Sources; costLimiter: CostLimiter },
): Promise<Gateway> {
  const gateway = new Gateway({ supergraphSdl: readSdl('supergraph'), sources, plannerName: config.QUERY_PLANNER, log, admission });
  await gateway.load();
  return gateway;
}

/** Opens the public HTTP server of a graph. */
export function openPublicServer(
  config: Config,
  log: Log,
  parts: { services: ProcessServices; gateway: Gateway; costLimiter: CostLimiter; checks: Checks; leavingMs?: number },
): Promise<GatewayServer> {
  const { services, gateway, costLimiter, checks, leavingMs = 0 } = parts;
  return openGatewayServer({
    ...services,
    gateway,
    costLimiter,
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
