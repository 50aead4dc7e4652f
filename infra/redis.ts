import { Redis } from 'ioredis';
import type { Log } from './log.ts';

/** A command without an answer for this long has failed: nothing waits for Redis for ever. Milliseconds, as all here. */
const COMMAND_MS = 1_000;
const BEAT_MS = 4_000;
/** A connection on which not even beats are answered is dead, though nobody has closed it. */
const SILENCE_MS = 12_000;
const RETRY_MS = { first: 100, most: 2_000 };

/**
 * A connection that mends itself. While it is down its commands fail at once: none is kept for later, because what
 * passes through Redis is worth something only now. Rejects when the server cannot be reached to begin with.
 */
export async function openRedis(url: string, name: string, log: Log): Promise<Redis> {
  let opened = false;
  const redis = new Redis(url, {
    lazyConnect: true,
    connectionName: `parley ${name}`,
    connectTimeout: 2_000,
    commandTimeout: COMMAND_MS,
    socketTimeout: SILENCE_MS,
    keepAlive: BEAT_MS,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (times) => (opened ? Math.min(RETRY_MS.first * 2 ** Math.min(times, 8), RETRY_MS.most) : null),
  });
  let fault: Error | undefined;
  redis.on('error', (error: Error) => (fault = error));
  try {
    await redis.connect();
  } catch (error) {
    redis.disconnect();
    // What ioredis rejects with says only that the connection is closed.
    throw fault ?? error;
  }
  opened = true;
  let up = true;
  redis.on('reconnecting', () => {
    if (up) log.warn({ err: fault, connection: name }, 'the connection to Redis is lost');
    up = false;
  });
  redis.on('ready', () => {
    up = true;
    log.info({ connection: name }, 'Redis is back');
  });
  const beat = setInterval(() => void redis.ping().catch(() => undefined), BEAT_MS).unref();
  redis.once('end', () => clearInterval(beat));
  return redis;
}
