import { randomInt } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readBackup, sha256Of, writeManifest, type Manifest } from '../../infra/backup/manifest.ts';
import { runCommand } from '../support/deployment/commands.ts';
import { addDocument } from '../support/documents.ts';
import { Person } from '../support/person.ts';
import { keptDataDirectory, startProduct } from '../support/product.ts';

const CREATE_BASE = 'mutation ($input: CreateKnowledgeBaseInput!) { createKnowledgeBase(input: $input) { knowledgeBase { id } } }';

describe('restoring a damaged backup', () => {
  let directory: string;
  let dataDir: string;
  let whole: string;
  let damaged: string;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'parley-damage-'));
    [whole, damaged] = [join(directory, 'whole'), join(directory, 'damaged')];
    dataDir = await keptDataDirectory();
    const product = await startProduct({ dataDir });
    const ada = await Person.signUp(product);
    const { createKnowledgeBase } = await ada.ask(CREATE_BASE, { input: { name: 'Harbours' } });
    await addDocument(ada, createKnowledgeBase.knowledgeBase.id, {
      name: 'a.txt',
      mediaType: 'text/plain',
      content: 'The harbour freezes.',
    });
    await product.stop();
    expect(await runCommand('backup', [whole], { DATA_DIR: dataDir })).toMatchObject({ code: 0, stderr: '' });
  });
  afterAll(() => {
    for (const each of [directory, dataDir]) rmSync(each, { recursive: true, force: true });
  });

  /** Copies the backup, so that a test can damage it. */
  function copy(): string {
    rmSync(damaged, { recursive: true, force: true });
    cpSync(whole, damaged, { recursive: true });
    return damaged;
  }

  const parts = () =>
    readdirSync(whole, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(whole, join(entry.parentPath, entry.name)));

  const restoreTo = (folder: string) => runCommand('restore', [damaged], { DATA_DIR: folder });

  it('names the damaged file when one bit of any file has flipped', async () => {
    const missed: string[] = [];
    for (const part of parts()) {
      const bytes = readFileSync(join(whole, part));
      for (const at of [0, bytes.length - 1, randomInt(bytes.length), randomInt(bytes.length)]) {
        const flipped = Buffer.from(bytes);
        flipped[at]! ^= 1 << randomInt(8);
        writeFileSync(join(copy(), part), flipped);
        const reason = await readBackup(damaged).then(String, ({ message }: Error) => message);
        if (!reason.includes(part)) missed.push(`${part} at ${at}: ${reason}`);
      }
    }
    expect(missed).toEqual([]);
    await expect(readBackup(whole)).resolves.toMatchObject({ format: 1 });
  });

  it('reports missing, truncated and unexpected files', async () => {
    const [table] = parts().filter((part) => part.includes('audit_entry')) as [string];
    rmSync(join(copy(), table));
    await expect(readBackup(damaged)).rejects.toThrow(`${table} is missing`);
    writeFileSync(join(copy(), table), readFileSync(join(whole, table)).subarray(0, -1));
    await expect(readBackup(damaged)).rejects.toThrow(`${table} has changed`);
    writeFileSync(join(copy(), 'tables/stranger.gz'), '');
    await expect(readBackup(damaged)).rejects.toThrow('tables/stranger.gz does not belong to it');
  });

  it('leaves the target unchanged', async () => {
    const [table] = parts().filter((part) => part.startsWith('tables/users.user')) as [string];
    writeFileSync(join(copy(), table), 'nothing');
    const target = join(directory, 'target');
    const { code, stderr } = await restoreTo(target);
    expect(code).toBe(1);
    expect(stderr).toContain(`${table} has changed`);
    expect(existsSync(target)).toBe(false);
    expect(await runCommand('restore', [damaged, '--check'], {})).toMatchObject({ code: 1 });
    expect((await runCommand('restore', [whole, '--check'], {})).stdout).toContain('is whole');
  });

  it('refuses a backup that was not completed', async () => {
    rmSync(join(copy(), 'manifest.sha256'));
    expect((await restoreTo(join(directory, 'target'))).stderr).toContain('never finished');
  });

  it('detects changed rows even if the hashes of the files were recomputed', async () => {
    const manifest = JSON.parse(readFileSync(join(copy(), 'manifest.json'), 'utf8')) as Manifest;
    const table = 'tables/analytics.audit_entry.jsonl.gz';
    const lines = gunzipSync(readFileSync(join(whole, table)))
      .toString()
      .trimEnd()
      .split('\n');
    expect(lines.length).toBeGreaterThan(1);
    const fewer = gzipSync(`${lines.slice(1).join('\n')}\n`);
    writeFileSync(join(damaged, table), fewer);
    manifest.parts[table] = { bytes: fewer.length, sha256: sha256Of(fewer) };
    await writeManifest(damaged, manifest);
    const target = join(directory, 'rows');
    const { code, stderr } = await restoreTo(target);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('analytics.audit_entry has') });
    expect(existsSync(join(target, 'postgres'))).toBe(false);
  });

  it('refuses a folder that is not empty as the target of a backup', async () => {
    const full = join(directory, 'full');
    mkdirSync(full);
    writeFileSync(join(full, 'mine.txt'), 'mine');
    expect((await runCommand('backup', [full], { DATA_DIR: dataDir })).stderr).toContain('is not empty');
    expect(readdirSync(full)).toEqual(['mine.txt']);
  });
});
