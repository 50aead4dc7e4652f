import { describe, expect, it } from '@jest/globals';
import { ConfigError } from '../config.ts';
import { openLog } from '../log.ts';
import { connectWithRetry } from './connect.ts';

const log = openLog('silent');

/** Returns the number of attempts against a server that always fails with `failure`, and the final error. */
async function attempt(failure: Error, timeoutMs?: number): Promise<{ attempts: number; end: Error }> {
  let attempts = 0;
  const open = async () => {
    attempts += 1;
    throw failure;
  };
  const end = await connectWithRetry('REDIS_URL', open, { log, ...(timeoutMs === undefined ? {} : { timeoutMs }) }).catch(
    (error: Error) => error,
  );
  return { attempts, end: end as Error };
}

describe('connectWithRetry', () => {
  it('retries until the timeout, then names the setting and the cause', async () => {
    const { attempts, end } = await attempt(new Error('connect ECONNREFUSED'), 400);
    expect(attempts).toBeGreaterThan(1);
    expect(end).toBeInstanceOf(ConfigError);
    expect(end.message).toBe('REDIS_URL: cannot connect (connect ECONNREFUSED)');
  });

  it.each([
    ['a Redis password', new Error('WRONGPASS invalid username-password pair'), /^REDIS_URL: authentication failed \(WRONGPASS/],
    [
      'a PostgreSQL password',
      Object.assign(new Error('password authentication failed'), { code: '28P01' }),
      /^REDIS_URL: authentication failed \(28P01/,
    ],
    ['a missing database', Object.assign(new Error('does not exist'), { code: '3D000' }), /^REDIS_URL: cannot connect \(3D000/],
    ['an invalid configuration', new ConfigError('The database has no pgvector.'), /^The database has no pgvector\.$/],
  ])('does not retry: %s', async (_what, failure, message) => {
    const { attempts, end } = await attempt(failure);
    expect(attempts).toBe(1);
    expect(end.message).toMatch(message);
  });

  it.each(['self-signed certificate in certificate chain', 'The server does not support SSL connections'])(
    'does not retry without a secure connection: %s',
    async (reason) => {
      const { attempts, end } = await attempt(new Error(reason));
      expect(attempts).toBe(1);
      expect(end).toBeInstanceOf(ConfigError);
      expect(end.message).toMatch(`REDIS_URL: no secure connection (${reason}).`);
      expect(end.message).toMatch('NODE_EXTRA_CA_CERTS');
    },
  );
});
