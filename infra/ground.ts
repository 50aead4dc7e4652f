import { join } from 'node:path';
import type { Bus } from './bus/bus.ts';
import { MemoryBus } from './bus/memory.ts';
import { RedisBus } from './bus/redis.ts';
import { ConfigError, rootSecret, type Config } from './config.ts';
import type { Files } from './files/files.ts';
import { IdentityTokens } from './identity.ts';
import { openKeys } from './keys.ts';
import type { Limits } from './limits/limits.ts';
import { MemoryLimits } from './limits/memory.ts';
import { RedisLimits } from './limits/redis.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics/metrics.ts';
import { PrometheusMetrics } from './metrics/prometheus.ts';
import { MemoryPresence } from './presence/memory.ts';
import type { Presence } from './presence/presence.ts';
import { RedisPresence } from './presence/redis.ts';
import { reach, type ReachOptions } from './reach.ts';
import { openRedis, openRedisKeys } from './redis.ts';
import { SignedTickets } from './tickets.ts';
import { AccessTokens } from './tokens.ts';
import { openTraces } from './traces/open.ts';
import { watchedLimits } from './watched.ts';

export type Ground = Awaited<ReturnType<typeof openGround>>;

export interface GroundOptions {
  /** What the process is called in traces. */
  role: string;
  /** Read whenever it is needed: with port 0 it is known only once the door listens. */
  publicUrl: () => string;
  /** Has the names of the settings whose servers are waited for. */
  awaited: Set<string>;
}

/** What every process stands on: keys, files, live topics, rates, metrics and traces. `close` ends it. */
export async function openGround(config: Config, log: Log, { role, publicUrl, awaited }: GroundOptions) {
  const keys = openKeys(rootSecret(config));
  const metrics: Metrics = new PrometheusMetrics();
  const traces = await openTraces({ endpoint: config.OTEL_EXPORTER_OTLP_ENDPOINT, service: `parley-${role}` });
  const { bus, limits, presence } = await openSeen(config, log, awaited);
  return {
    bus,
    files: await openFiles(config, log, awaited),
    identities: new IdentityTokens(keys.derive('identity')),
    keys,
    limits: watchedLimits(limits, metrics),
    metrics,
    presence,
    tickets: new SignedTickets(keys.derive('tickets'), publicUrl),
    tokens: new AccessTokens(keys.derive('access-tokens')),
    traces,
    async close() {
      await traces.close();
      await presence.close();
      await limits.close();
      await bus.close();
    },
  };
}

/** The bucket, once it lets us in; without one the files are beside the embedded database. */
export async function openFiles(config: Config, log: Log, awaited?: Set<string>): Promise<Files> {
  const { S3_BUCKET: bucket, S3_ENDPOINT: endpoint, S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey } = config;
  if (!bucket) {
    const { DiskFiles } = await import('./files/disk.ts');
    return new DiskFiles(join(config.DATA_DIR, 'files'));
  }
  if (!accessKeyId !== !secretAccessKey) throw new ConfigError('S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY are set together or not at all.');
  const pathStyle = config.S3_PATH_STYLE ? config.S3_PATH_STYLE === 'on' : Boolean(endpoint);
  const credentials = accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey } : undefined;
  const { S3Files } = await import('./files/s3.ts');
  const files = new S3Files({ bucket, endpoint, region: config.S3_REGION, credentials, pathStyle }, log);
  await reach('S3_BUCKET', () => files.ping(), { log, awaited });
  return files;
}

/** What is seen, and lives where all processes see it. */
async function openSeen(
  { REDIS_URL: url }: Config,
  log: Log,
  awaited: Set<string>,
): Promise<{ bus: Bus; limits: Limits; presence: Presence }> {
  if (!url) return { bus: new MemoryBus(log), limits: new MemoryLimits(), presence: new MemoryPresence() };
  const bus = new RedisBus((name) => openRedis(url, name, log), log);
  await reach('REDIS_URL', () => bus.open(), { log, awaited });
  const limits = new RedisLimits(await reachKeys(url, 'limits', { log, awaited }));
  return { bus, limits, presence: new RedisPresence(await reachKeys(url, 'presence', { log, awaited })) };
}

export function reachKeys(url: string, name: string, options: ReachOptions) {
  return reach('REDIS_URL', () => openRedisKeys(url, name, options.log), options);
}
