import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { certificateFault } from './certificate-fault.ts';
import type { Log } from '../log.ts';
import { readRedisAddress, type HostPort, type RedisAddress } from './address.ts';
import { firstSlotOf } from './cluster.ts';

/** A command without an answer for this long has failed: nothing waits for Redis for ever. Milliseconds, as all here. */
const COMMAND_MS = 1_000;
const BEAT_MS = 4_000;
const RETRY_MS = { first: 100, most: 1_000 };

/** Whether and when, in milliseconds, to try again: not before the connection has stood once. */
type Patience = (times: number) => number | null;

/**
 * A connection that mends itself, to one server: the only one, the master that the Sentinels name, or one and the
 * same of a cluster for everybody. While it is down its commands fail at once: none is kept for later, because what
 * passes through Redis is worth something only now. Rejects when the server cannot be reached to begin with.
 */
export async function openRedis(url: string, name: string, log: Log): Promise<Redis> {
  const address = readRedisAddress(url);
  return connected({ address, name, log }, (patience) => new Redis({ ...common(address, name, patience), ...wayTo(address, patience) }));
}

/** The same for keys, which a cluster spreads over its nodes: a command or script touches the keys of one hash tag. */
export async function openRedisKeys(url: string, name: string, log: Log): Promise<Redis | Cluster> {
  const address = readRedisAddress(url);
  if (address.kind !== 'cluster') return openRedis(url, name, log);
  return connected(
    { address, name, log },
    (patience) =>
      new Cluster(address.nodes, {
        lazyConnect: true,
        enableOfflineQueue: false,
        clusterRetryStrategy: patience,
        maxRedirections: 3,
        slotsRefreshTimeout: COMMAND_MS,
        slotsRefreshInterval: BEAT_MS,
        redisOptions: common(address, name, patience),
        // A certificate is for a name, which must not be looked up before.
        ...(address.tls ? { dnsLookup: (host: string, callback: (error: null, address: string) => void) => callback(null, host) } : {}),
      }),
  );
}

function common({ user, password, tls }: RedisAddress, name: string, patience: Patience): RedisOptions {
  return {
    ...(user ? { username: user } : {}),
    ...(password ? { password } : {}),
    ...(tls ? { tls: {} } : {}),
    lazyConnect: true,
    connectionName: `parley ${name}`,
    connectTimeout: 2_000,
    disconnectTimeout: 200,
    commandTimeout: COMMAND_MS,
    keepAlive: BEAT_MS,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    maxRetriesPerRequest: 0,
    retryStrategy: patience,
  };
}

function wayTo(address: RedisAddress, patience: Patience): RedisOptions {
  if (address.kind === 'server') return { ...address.at, db: address.db };
  if (address.kind === 'cluster') {
    const access = common(address, 'lookup', () => null);
    return { Connector: firstSlotOf(address.nodes, access, patience) as never };
  }
  return {
    sentinels: address.sentinels,
    name: address.master,
    db: address.db,
    sentinelCommandTimeout: COMMAND_MS,
    sentinelRetryStrategy: patience,
    ...(address.tls ? { enableTLSForSentinelMode: true, sentinelTLS: {} } : {}),
  };
}

async function connected<T extends Redis | Cluster>(
  { address, name, log }: { address: RedisAddress; name: string; log: Log },
  make: (patience: Patience) => T,
): Promise<T> {
  let hasStood = false;
  const redis = make((times) => (hasStood ? Math.min(RETRY_MS.first * 2 ** Math.min(times, 8), RETRY_MS.most) : null));
  let fault: Error | undefined;
  redis.on('error', (error: Error) => (fault = error));
  try {
    await Promise.race([redis.connect(), failureAtEnd(redis)]);
  } catch (error) {
    redis.disconnect();
    // What ioredis rejects with says only that the connection is closed; of a Sentinel it never says more.
    throw (address.tls ? await certificateFault(placesOf(address)) : undefined) ?? fault ?? error;
  }
  hasStood = true;
  let up = true;
  redis.on('reconnecting', () => {
    if (up) log.warn({ err: fault, connection: name }, 'the connection to Redis is lost');
    up = false;
  });
  redis.on('ready', () => {
    up = true;
    log.info({ connection: name }, 'Redis is back');
  });
  const beat = setInterval(() => void redis.ping().catch(() => beginAnew(redis)), BEAT_MS).unref();
  redis.once('end', () => clearInterval(beat));
  return redis;
}

/** A cluster that is found broken at the first look is given up without a word to who waits for the connection. */
function failureAtEnd(redis: Redis | Cluster): Promise<never> {
  return new Promise((_resolve, reject) =>
    redis.once('end', () => reject(new Error('Redis is there, but not ready: not all of it is up.'))),
  );
}

function placesOf(address: RedisAddress): readonly HostPort[] {
  if (address.kind === 'server') return [address.at];
  return address.kind === 'sentinel' ? address.sentinels : address.nodes;
}

/** A connection on which not even a beat is answered is dead, though nobody has closed it; a cluster sees to its own. */
function beginAnew(redis: Redis | Cluster): void {
  if (redis instanceof Redis && redis.status === 'ready') redis.disconnect(true);
}
