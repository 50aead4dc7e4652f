import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

/** Files of a checkout that are not sources. */
const NO_SOURCES = /^(node_modules|dist|data|\.git|web\/(node_modules|screenshots|build|\.svelte-kit))$/;

describe('npm run new, in a copy of the checkout', () => {
  let copy: string;
  const inCopy = (...args: string[]) => execFileSync(process.execPath, args, { cwd: copy, encoding: 'utf8' });
  const make = (...args: string[]) => spawnSync(process.execPath, ['infra/launch.mjs', 'new', ...args], { cwd: copy, encoding: 'utf8' });
  const written = (output: string) => [...output.matchAll(/^wrote (.+)$/gm)].map(([, file]) => file!);

  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), 'parley-new-'));
    for (const entry of readdirSync('.')) cpSync(entry, join(copy, entry), { recursive: true, filter: (path) => !NO_SOURCES.test(path) });
    for (const folder of ['node_modules', 'web/node_modules']) symlinkSync(resolve(folder), join(copy, folder));
  });
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  it.each([
    ['tool', 'unit-converter', ['subgraphs/tools/unit-converter.ts', 'subgraphs/tools/registry.ts']],
    ['page', 'release-notes', ['web/src/routes/(app)/release-notes/+page.svelte', 'web/src/lib/shell/Sidebar.svelte']],
  ])('writes a %s that Prettier accepts', (kind, name, files) => {
    const { status, stdout } = make(kind, name);
    expect(status).toBe(0);
    expect(written(stdout)).toEqual(expect.arrayContaining(files));
    expect(inCopy('node_modules/prettier/bin/prettier.cjs', '--check', ...written(stdout))).toContain('All matched files');
  });

  it('writes a subgraph that compiles, composes, and is listed everywhere', () => {
    const { status, stdout } = make('subgraph', 'billing');
    expect(status).toBe(0);
    expect(stdout).toContain('Printed: schema/billing.graphql');
    const formatted = written(stdout).filter((file) => /\.ts$/.test(file));
    expect(inCopy('node_modules/prettier/bin/prettier.cjs', '--check', ...formatted)).toContain('All matched files');
    const rules = [
      '--experimental-vm-modules',
      'node_modules/jest/bin/jest.js',
      '--config',
      'jest.config.json',
      'dist/tests/rules/subgraphs',
    ];
    expect(spawnSync(process.execPath, rules, { cwd: copy, encoding: 'utf8' }).stderr).toMatch(/Tests: +9 passed, 9 total/);
  }, 300_000);

  it.each([
    ['a name that is taken', ['tool', 'unit-converter'], 'exist already'],
    ['a name that is not kebab-case', ['tool', 'UnitConverter'], 'not kebab-case'],
    ['a subgraph whose name has two words', ['subgraph', 'two-words'], 'must be one word'],
    ['an unknown kind', ['gadget', 'x'], 'Usage'],
    ['a missing name', ['tool'], 'Usage'],
  ])('refuses %s and writes nothing', (_what, args, words) => {
    const { status, stdout, stderr } = make(...args);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toContain(words);
  });
});
