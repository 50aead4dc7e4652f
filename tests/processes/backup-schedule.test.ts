import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { keptDataDirectory } from '../support/product.ts';

const OLD = '2020-01-01T00-00-00Z';

/** Runs infra/deploy/backup.sh until its first pause. */
describe('the daily backup', () => {
  let directory: string;
  let backups: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'parley-schedule-'));
    backups = join(directory, 'backups');
    mkdirSync(join(backups, OLD), { recursive: true });
    utimesSync(join(backups, OLD), new Date('2020-01-01'), new Date('2020-01-01'));
    writeFileSync(join(directory, 'sleep'), '#!/bin/sh\nexit 99\n');
    chmodSync(join(directory, 'sleep'), 0o755);
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const run = (dataDir: string) =>
    new Promise<unknown>((resolve) => {
      const path = [directory, dirname(process.execPath), process.env['PATH']].join(delimiter);
      const env = { PATH: path, HOME: directory, DATA_DIR: dataDir, BACKUPS: backups, KEEP_DAYS: '14' };
      execFile('sh', ['infra/deploy/backup.sh'], { env }, (error) => resolve(error?.code));
    });

  it('deletes expired backups after a new one has succeeded', async () => {
    const dataDir = await keptDataDirectory();
    expect(await run(dataDir)).toBe(99);
    rmSync(dataDir, { recursive: true, force: true });
    const [made, ...more] = readdirSync(backups);
    expect(more).toEqual([]);
    expect(readdirSync(join(backups, made!))).toContain('manifest.sha256');
  });

  it('keeps expired backups while new ones fail', async () => {
    expect(await run(join(directory, 'nothing'))).toBe(99);
    expect(readdirSync(backups)).toEqual([OLD]);
  });
});
