import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readCompose } from '../support/deployment/compose.ts';

/** Runs the health checks of docker-compose.yml in a temporary folder. */
describe.each([
  ['backup', '/backups', 'manifest.sha256'],
  ['base-backup', '/archive/base', 'backup_manifest'],
])('the health check of the container %s', (name, place, seal) => {
  const [, command] = readCompose().services.find((service) => service.name === name)!.healthcheck!.test as [string, string];
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'parley-backups-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const begun = (backup: string) => mkdirSync(join(folder, backup));
  const sealed = (backup: string, hoursAgo: number) => {
    begun(backup);
    execFileSync('touch', ['-d', `${hoursAgo} hours ago`, join(folder, backup, seal)]);
  };
  const isHealthy = () => spawnSync('sh', ['-c', command.replace(place, folder)]).status === 0;

  it('succeeds while the newest backup is at most 26 hours old', () => {
    sealed('2026-11-01T00-00-00Z', 400);
    sealed('2026-11-22T00-00-00Z', 25);
    expect(isHealthy()).toBe(true);
  });

  it('fails when the newest backup is older, or none was ever finished', () => {
    begun('2026-11-22T00-00-00Z');
    expect(isHealthy()).toBe(false);
    sealed('2026-11-21T00-00-00Z', 27);
    expect(isHealthy()).toBe(false);
  });

  if (name === 'base-backup')
    it('fails for a backup that has its manifest and was not verified', () => {
      sealed('unfinished', 0);
      expect(isHealthy()).toBe(false);
    });
});
