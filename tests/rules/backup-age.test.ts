import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readCompose } from '../support/deployment/compose.ts';

/** The health checks of docker-compose.yml, in a folder of our own. */
describe.each([
  ['backup', '/backups', 'manifest.sha256'],
  ['base-backup', '/archive/base', 'backup_manifest'],
])('the container %s', (name, place, seal) => {
  const [, command] = readCompose().services.find((service) => service.name === name)!.healthcheck!.test as [string, string];
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'parley-backups-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const made = (backup: string, hoursAgo: number) => {
    mkdirSync(join(folder, backup));
    execFileSync('touch', ['-d', `${hoursAgo} hours ago`, join(folder, backup, seal)]);
  };
  const isHealthy = () => spawnSync('sh', ['-c', command.replace(place, folder)]).status === 0;

  it('is well while its newest backup is of today', () => {
    made('2026-11-01T00-00-00Z', 400);
    made('2026-11-22T00-00-00Z', 25);
    expect(isHealthy()).toBe(true);
  });

  it('is not when the newest is of the day before, or none was ever finished', () => {
    mkdirSync(join(folder, '2026-11-22T00-00-00Z'));
    expect(isHealthy()).toBe(false);
    made('2026-11-21T00-00-00Z', 27);
    expect(isHealthy()).toBe(false);
  });
});

it('does not take a base backup for one while it is being made', () => {
  const base = mkdtempSync(join(tmpdir(), 'parley-backups-'));
  const [, command] = readCompose().services.find(({ name }) => name === 'base-backup')!.healthcheck!.test as [string, string];
  mkdirSync(join(base, 'unfinished'));
  execFileSync('touch', [join(base, 'unfinished', 'backup_manifest')]);
  expect(spawnSync('sh', ['-c', command.replace('/archive/base', base)]).status).not.toBe(0);
  rmSync(base, { recursive: true });
});
