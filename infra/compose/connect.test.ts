import { describe, expect, it } from '@jest/globals';
import { ConfigError } from '../config.ts';
import { openLog } from '../log.ts';
import { connectWithRetry } from './connect.ts';

const log = openLog('silent');

/** Counts how often a server was tried that always fails with this. */
async function tried(failure: Error, patienceMs?: number): Promise<{ attempts: number; end: Error }> {
  let attempts = 0;
  const open = async () => {
    attempts += 1;
    throw failure;
  };
  const end = await connectWithRetry('REDIS_URL', open, { log, ...(patienceMs === undefined ? {} : { patienceMs }) }).catch(
    (error: Error) => error,
  );
  return { attempts, end: end as Error };
}

describe('a server that does not let us in', () => {
  it('is tried again until patience ends, and then named', async () => {
    const { attempts, end } = await tried(new Error('connect ECONNREFUSED'), 400);
    expect(attempts).toBeGreaterThan(1);
    expect(end).toBeInstanceOf(ConfigError);
    expect(end.message).toBe('REDIS_URL: the server does not let us in or does not answer: connect ECONNREFUSED');
  });

  it.each([
    ['the name or the password', new Error('WRONGPASS invalid username-password pair'), /^REDIS_URL: .*WRONGPASS/],
    ['what we ask for', new ConfigError('The database has no pgvector.'), /^The database has no pgvector\.$/],
  ])('is not tried again when it refuses %s', async (_what, failure, message) => {
    const { attempts, end } = await tried(failure);
    expect(attempts).toBe(1);
    expect(end.message).toMatch(message);
  });

  it.each(['self-signed certificate in certificate chain', 'The server does not support SSL connections'])(
    'is not tried again when no trust can be had: %s',
    async (reason) => {
      const { attempts, end } = await tried(new Error(reason));
      expect(attempts).toBe(1);
      expect(end).toBeInstanceOf(ConfigError);
      expect(end.message).toMatch(`REDIS_URL: there is no secure connection to the server: ${reason}.`);
      expect(end.message).toMatch('NODE_EXTRA_CA_CERTS');
    },
  );
});
