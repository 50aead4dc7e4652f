import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { certificateFault } from './certificate-fault.ts';
import type { Log } from '../log.ts';
import { readRedisAddress, type HostPort, type RedisAddress } from './address.ts';
import { firstSlotOf } from './cluster.ts';

/** Timeout of a command. Milliseconds. */
const COMMAND_MS = 1_000;
/** Interval of keep-alive PINGs. */
const PING_INTERVAL_MS = 4_000;
const RETRY_MS = { first: 100, most: 1_000 };

/** Returns the delay in milliseconds before the next attempt, or null to give up. */
type RetryStrategy = (times: number) => number | null;

/**
 * Opens a self-healing connection to one server: the given one, the Sentinels' master, or the node of a cluster that
 * all processes use. Commands fail at once while it is down and are not queued, because late messages are worthless.
 * Rejects if the server is unreachable initially.
 */
export async function openRedis(url: string, name: string, log: Log): Promise<Redis> {
  const address = readRedisAddress(url);
  return connect(
    { address, name, log },
    (retryStrategy) => new Redis({ ...common(address, name, retryStrategy), ...routeOptions(address, retryStrategy) }),
  );
}

/** Opens a connection for keys, which a cluster distributes over its nodes. A command or script must use keys of one hash tag. */
export async function openRedisKeys(url: string, name: string, log: Log): Promise<Redis | Cluster> {
  const address = readRedisAddress(url);
  if (address.kind !== 'cluster') return openRedis(url, name, log);
  return connect(
    { address, name, log },
    (retryStrategy) =>
      new Cluster(address.nodes, {
        lazyConnect: true,
        enableOfflineQueue: false,
        clusterRetryStrategy: retryStrategy,
        maxRedirections: 3,
        slotsRefreshTimeout: COMMAND_MS,
        slotsRefreshInterval: PING_INTERVAL_MS,
        redisOptions: common(address, name, retryStrategy),
        // Certificates are issued for names, so names must not be resolved before connecting.
        ...(address.tls ? { dnsLookup: (host: string, callback: (error: null, address: string) => void) => callback(null, host) } : {}),
      }),
  );
}

function common({ user, password, tls }: RedisAddress, name: string, retryStrategy: RetryStrategy): RedisOptions {
  return {
    ...(user ? { username: user } : {}),
    ...(password ? { password } : {}),
    ...(tls ? { tls: {} } : {}),
    lazyConnect: true,
    connectionName: `parley ${name}`,
    connectTimeout: 2_000,
    disconnectTimeout: 200,
    commandTimeout: COMMAND_MS,
    keepAlive: PING_INTERVAL_MS,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    maxRetriesPerRequest: 0,
    retryStrategy,
  };
}

function routeOptions(address: RedisAddress, retryStrategy: RetryStrategy): RedisOptions {
  if (address.kind === 'server') return { ...address.at, db: address.db };
  if (address.kind === 'cluster') {
    const access = common(address, 'lookup', () => null);
    return { Connector: firstSlotOf(address.nodes, access, retryStrategy) as never };
  }
  return {
    sentinels: address.sentinels,
    name: address.master,
    db: address.db,
    sentinelCommandTimeout: COMMAND_MS,
    sentinelRetryStrategy: retryStrategy,
    ...(address.tls ? { enableTLSForSentinelMode: true, sentinelTLS: {} } : {}),
  };
}

async function connect<T extends Redis | Cluster>(
  { address, name, log }: { address: RedisAddress; name: string; log: Log },
  create: (retryStrategy: RetryStrategy) => T,
): Promise<T> {
  let wasConnected = false;
  const redis = create((times) => (wasConnected ? Math.min(RETRY_MS.first * 2 ** Math.min(times, 8), RETRY_MS.most) : null));
  let fault: Error | undefined;
  redis.on('error', (error: Error) => (fault = error));
  try {
    await Promise.race([redis.connect(), failureAtEnd(redis)]);
  } catch (error) {
    redis.disconnect();
    // ioredis rejects with "Connection is closed", so prefer the certificate's fault or the last emitted error.
    throw (address.tls ? await certificateFault(serversOf(address)) : undefined) ?? fault ?? error;
  }
  wasConnected = true;
  let up = true;
  redis.on('reconnecting', () => {
    if (up) log.warn({ err: fault, connection: name }, 'lost the connection to Redis');
    up = false;
  });
  redis.on('ready', () => {
    up = true;
    log.info({ connection: name }, 'reconnected to Redis');
  });
  const timer = setInterval(() => void redis.ping().catch(() => reconnect(redis)), PING_INTERVAL_MS).unref();
  redis.once('end', () => clearInterval(timer));
  return redis;
}

/** Rejects when the connection ends. ioredis gives up on an incomplete cluster without rejecting `connect`. */
function failureAtEnd(redis: Redis | Cluster): Promise<never> {
  return new Promise((_resolve, reject) => redis.once('end', () => reject(new Error('Redis is not ready: part of it is down.'))));
}

function serversOf(address: RedisAddress): readonly HostPort[] {
  if (address.kind === 'server') return [address.at];
  return address.kind === 'sentinel' ? address.sentinels : address.nodes;
}

/** Replaces a connection that does not answer a PING. A cluster client does so itself. */
function reconnect(redis: Redis | Cluster): void {
  if (redis instanceof Redis && redis.status === 'ready') redis.disconnect(true);
}
