import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
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

describe('readConfig', () => {
  it('leaves unset servers undefined, which selects the embedded adapters', () => {
    const { DATABASE_URL, REDIS_URL, WEAVIATE_URL, SECRET_KEY } = readConfig({ DATABASE_URL: ' ', REDIS_URL: '' });
    expect([DATABASE_URL, REDIS_URL, WEAVIATE_URL, SECRET_KEY]).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('requires the servers and the secret in production, and reports every fault', () => {
    const faults = faultsOf({ NODE_ENV: 'production', PORT: 'many', REDIS_URL: 'http://localhost' });
    expect(faults.map((fault) => fault.split(':')[0]).sort()).toEqual(['DATABASE_URL', 'PORT', 'REDIS_URL', 'SECRET_KEY']);
    expect(faults).toContain('DATABASE_URL: must be set when NODE_ENV is production');
    const servers = { DATABASE_URL: 'postgres://u:p@db/parley', REDIS_URL: 'rediss://cache', SECRET_KEY: 'x'.repeat(32) };
    expect(faultsOf({ NODE_ENV: 'production', ...servers })).toEqual([]);
  });

  it('does not echo an address that may contain a password', () => {
    const faults = faultsOf({
      DATABASE_URL: 'mysql://root:hunter2@db',
      DATABASE_REPLICA_URL: 'postgres://db,hunter2@db',
      REDIS_URL: 'hunter2@host',
      WEAVIATE_API_KEY: 'hunter2',
    }).join('\n');
    expect(faults).toContain('DATABASE_URL: must be an address that begins with postgres:// or postgresql://');
    expect(faults).toContain('DATABASE_REPLICA_URL: must be an address');
    expect(faults).not.toContain('hunter2');
  });

  it('verifies the certificate of PostgreSQL in every TLS mode', () => {
    const read = (query: string) => readConfig({ DATABASE_URL: `postgres://u:p@db/parley${query}` }).DATABASE_URL;
    for (const mode of ['prefer', 'require', 'verify-ca', 'verify-full'])
      expect(read(`?sslmode=${mode}&options=x`)).toBe('postgres://u:p@db/parley?sslmode=verify-full&options=x');
    for (const query of ['', '?sslmode=disable', '?sslmode=no-verify', '?uselibpqcompat=true&sslmode=require'])
      expect(read(query)).toBe(`postgres://u:p@db/parley${query}`);
  });

  describe('<NAME>_FILE', () => {
    const folder = mkdtempSync(join(tmpdir(), 'parley-secrets-'));
    const file = join(folder, 'secret');
    writeFileSync(file, `${'s'.repeat(40)}\n`);
    afterAll(() => rmSync(folder, { recursive: true }));

    it('reads the value from the file without its trailing line break', () => {
      for (const name of ['SECRET_KEY', 'METRICS_TOKEN', 'OPENAI_API_KEY'] as const)
        expect(readConfig({ [`${name}_FILE`]: file })[name]).toBe('s'.repeat(40));
      expect(faultsOf({ PORT_FILE: file })).toEqual([expect.stringMatching(/^PORT: must be a whole number/)]);
    });

    it('counts as set in production', () => {
      const servers = { DATABASE_URL: 'postgres://u:p@db/parley', REDIS_URL: 'rediss://cache' };
      expect(faultsOf({ NODE_ENV: 'production', ...servers, SECRET_KEY_FILE: file })).toEqual([]);
    });

    it('rejects an unreadable file, and a setting that is given twice', () => {
      expect(faultsOf({ SECRET_KEY_FILE: join(folder, 'none'), REDIS_URL: 'redis://cache', REDIS_URL_FILE: file })).toEqual([
        'SECRET_KEY: cannot read the file of SECRET_KEY_FILE (ENOENT)',
        'REDIS_URL: set either REDIS_URL or REDIS_URL_FILE, not both',
      ]);
    });
  });
});
