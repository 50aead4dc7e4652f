import { describe, expect, it } from '@jest/globals';
import { ConfigError, readConfig } from './config.ts';

function faultsOf(environment: Record<string, string>): string[] {
  try {
    readConfig(environment);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message
      .split('\n')
      .slice(1)
      .map((line) => line.trim());
  }
}

describe('the settings', () => {
  it('choose the embedded adapters by their absence', () => {
    const { DATABASE_URL, REDIS_URL, WEAVIATE_URL, SECRET_KEY } = readConfig({ DATABASE_URL: ' ', REDIS_URL: '' });
    expect([DATABASE_URL, REDIS_URL, WEAVIATE_URL, SECRET_KEY]).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('must name the servers and the secret in production, and every fault is told at once', () => {
    const faults = faultsOf({ NODE_ENV: 'production', PORT: 'many', REDIS_URL: 'http://localhost' });
    expect(faults.map((fault) => fault.split(':')[0]).sort()).toEqual(['DATABASE_URL', 'PORT', 'REDIS_URL', 'SECRET_KEY']);
    expect(faults).toContain('DATABASE_URL: must be set when NODE_ENV is production');
    const servers = { DATABASE_URL: 'postgres://u:p@db/parley', REDIS_URL: 'rediss://cache', SECRET_KEY: 'x'.repeat(32) };
    expect(faultsOf({ NODE_ENV: 'production', ...servers })).toEqual([]);
  });

  it('never repeat an address that may hold a password', () => {
    const told = faultsOf({ DATABASE_URL: 'mysql://root:hunter2@db', REDIS_URL: 'hunter2@host', WEAVIATE_API_KEY: 'hunter2' }).join('\n');
    expect(told).toContain('DATABASE_URL: must be an address that begins with postgres:// or postgresql://');
    expect(told).not.toContain('hunter2');
  });
});
