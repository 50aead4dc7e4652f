import { join } from 'node:path';
import type { Bus } from '../bus/bus.ts';
import { MemoryBus } from '../bus/memory.ts';
import { RedisBus } from '../bus/redis.ts';
import { ConfigError, rootSecret, type Config } from '../config.ts';
import type { Files } from '../files/files.ts';
import { IdentityTokens } from '../tokens/identity.ts';
import { openKeys } from '../tokens/keys.ts';
import type { Limits } from '../limits/limits.ts';
import { MemoryLimits } from '../limits/memory.ts';
import { RedisLimits } from '../limits/redis.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { PrometheusMetrics } from '../metrics/prometheus.ts';
import { connectWithRetry, type ConnectOptions } from './connect.ts';
import { openRedis, openRedisKeys } from '../redis/client.ts';
import { JwtSignedUrls } from '../tokens/signed-urls.ts';
import { JwtAccessTokens } from '../tokens/access.ts';
import { openTraces } from '../traces/open.ts';
import { instrumentedLimits } from '../limits/instrumented.ts';

export type ProcessServices = Awaited<ReturnType<typeof openProcessServices>>;

export interface ServicesOptions {
  /** Name of the process in traces. */
  role: string;
  /** A function, because with port 0 the URL is known only once the server listens. */
  publicUrl: () => string;
  /** Settings whose server is not available yet. */
  pendingDependencies: Set<string>;
}

/** Opens the services of every process: keys, files, bus, limits, metrics and traces. `close` ends them. */
export async function openProcessServices(config: Config, log: Log, { role, publicUrl, pendingDependencies }: ServicesOptions) {
  const keys = openKeys(rootSecret(config));
  const metrics: Metrics = new PrometheusMetrics();
  const traces = await openTraces({ endpoint: config.OTEL_EXPORTER_OTLP_ENDPOINT, service: `parley-${role}` });
  const { bus, limits } = await openSharedState(config, log, pendingDependencies);
  return {
    bus,
    files: await openFiles(config, log, pendingDependencies),
    identities: new IdentityTokens(keys.derive('identity')),
    keys,
    limits: instrumentedLimits(limits, metrics),
    metrics,
    signedUrls: new JwtSignedUrls(keys.derive('signedUrls'), publicUrl),
    tokens: new JwtAccessTokens(keys.derive('access-tokens')),
    traces,
    async close() {
      await traces.close();
      await limits.close();
      await bus.close();
    },
  };
}

/** Opens the bucket, or the directory beside the embedded database if no bucket is set. */
export async function openFiles(config: Config, log: Log, pendingDependencies?: Set<string>): Promise<Files> {
  const { S3_BUCKET: bucket, S3_ENDPOINT: endpoint, S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey } = config;
  if (!bucket) {
    const { DiskFiles } = await import('../files/disk.ts');
    return new DiskFiles(join(config.DATA_DIR, 'files'));
  }
  if (!accessKeyId !== !secretAccessKey) throw new ConfigError('Set both S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY, or neither.');
  const pathStyle = config.S3_PATH_STYLE ? config.S3_PATH_STYLE === 'on' : Boolean(endpoint);
  const credentials = accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey } : undefined;
  const { S3Files } = await import('../files/s3.ts');
  const files = new S3Files({ bucket, endpoint, region: config.S3_REGION, credentials, pathStyle }, log);
  await connectWithRetry('S3_BUCKET', () => files.ping(), { log, pendingDependencies });
  return files;
}

/** Opens the ports that need Redis to be shared by several processes. */
async function openSharedState(
  { REDIS_URL: url }: Config,
  log: Log,
  pendingDependencies: Set<string>,
): Promise<{ bus: Bus; limits: Limits }> {
  if (!url) return { bus: new MemoryBus(log), limits: new MemoryLimits() };
  const bus = new RedisBus((name) => openRedis(url, name, log), log);
  await connectWithRetry('REDIS_URL', () => bus.open(), { log, pendingDependencies });
  return { bus, limits: new RedisLimits(await connectRedisKeys(url, 'limits', { log, pendingDependencies })) };
}

export function connectRedisKeys(url: string, name: string, options: ConnectOptions) {
  return connectWithRetry('REDIS_URL', () => openRedisKeys(url, name, options.log), options);
}
