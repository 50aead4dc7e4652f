import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { SETTINGS } from '../../infra/config.ts';

interface End {
  code: number;
  stdout: string;
  stderr: string;
}

/** Starts the product with these settings alone and waits for its end. */
function startWith(env: Record<string, string>): Promise<End> {
  return new Promise((resolve) => {
    const options = { env: { PATH: process.env['PATH'], ...env }, timeout: 30_000 };
    execFile(process.execPath, ['dist/infra/start.js'], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

describe('the settings', () => {
  it('are printed in infra/README.md with name, default and meaning', () => {
    const rows = [...readFileSync('infra/README.md', 'utf8').matchAll(/^\| `([A-Z0-9_]+)` \| (?:`([^`]*)`)? *\| (.*) \|$/gm)];
    const written = rows.map(([, name, fallback = '', about]) => ({ name, fallback, about }));
    expect(written).toEqual(Object.entries(SETTINGS).map(([name, { fallback, about }]) => ({ name, fallback, about })));
  });

  it('stop the start with one message that names every invalid one', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'parley-settings-'));
    try {
      const wrong = { PORT: 'many', LOG_LEVEL: 'loud', PUBLIC_URL: 'ftp://example.org', SECRET_KEY: 'short', MAX_UPLOAD_MB: '-1' };
      const { code, stdout, stderr } = await startWith({ DATA_DIR: dataDir, ...wrong });
      expect(code).toBe(1);
      expect(stdout).toBe('');
      const [title, ...faults] = stderr.trim().split('\n');
      expect(title).toBe('5 invalid settings:');
      expect(faults.map((fault) => fault.trim().split(':')[0]).sort()).toEqual(Object.keys(wrong).sort());
      expect(stderr).not.toContain('short');
      expect(readdirSync(dataDir)).toEqual([]);
    } finally {
      rmSync(dataDir, { recursive: true, force: true });
    }
  });
});
