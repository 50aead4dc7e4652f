import { existsSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { install, needsInstall } from './install.mjs';
import { alone } from './lock.mjs';
import { at, filesBelow, fingerprint, program, read } from './checkout.mjs';
import { environment, runQuietly } from './run.mjs';
import { findNode } from './runtime.mjs';
import { during } from './progress.mjs';

export const SOURCE_FOLDERS = ['schema', 'infra', 'subgraphs', 'gateway', 'tests'];
const COMPILED = 'dist/.fingerprint';
const BUILT = 'web/build/.fingerprint';

export async function main() {
  await build();
  return 0;
}

/** Brings packages, `dist` and `web/build` up to date; touches nothing that is. */
export async function build({ web = true } = {}) {
  const isFresh = () => !needsInstall() && !needsCompile() && !(web && needsWeb());
  if (isFresh()) return;
  await alone(async () => {
    await install();
    if (needsCompile()) await during('Compiling', compile);
    if (web && needsWeb()) await during('Building the web application', buildWeb);
  });
}

function sources() {
  return SOURCE_FOLDERS.flatMap(filesBelow).filter((file) => file.endsWith('.ts'));
}

function compiledFrom() {
  return fingerprint([...sources(), 'tsconfig.json', 'package-lock.json']);
}

function needsCompile() {
  return read(COMPILED) !== compiledFrom() || isNewer('dist/.tsbuildinfo', COMPILED);
}

/** The compiler was run separately since, so the output may be of other sources. */
function isNewer(file, than) {
  const of = (path) => statSync(at(path), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return of(file) > of(than);
}

async function compile() {
  const mark = compiledFrom();
  removeOrphans();
  // The compiler believes its notes, not the folder: without them it writes every file again.
  if (!sources().every((file) => existsSync(at('dist', file.replace(/\.ts$/, '.js'))))) rmSync(at('dist/.tsbuildinfo'), { force: true });
  await runQuietly('Compiling', findNode(), [program('typescript', 'tsc'), '-p', '.', '--pretty', 'false']);
  writeFileSync(at(COMPILED), mark);
}

/** The compiler leaves the output of a deleted source behind, and jest would run its tests for ever. */
function removeOrphans() {
  for (const file of filesBelow('dist')) {
    const source = /^dist\/(.+)\.js(?:\.map)?$/.exec(file.replaceAll('\\', '/'))?.[1];
    if (source && !existsSync(at(`${source}.ts`))) rmSync(at(file));
  }
}

function builtFrom() {
  const inputs = [...filesBelow('web/src'), ...filesBelow('web/static')];
  const settings = ['package.json', 'vite.config.ts', 'vite.config.js', 'first-load.ts', 'tsconfig.json'].map((file) => `web/${file}`);
  return fingerprint([...inputs, ...settings, 'schema/api.graphql', 'package-lock.json']);
}

function needsWeb() {
  return read(BUILT) !== builtFrom();
}

async function buildWeb() {
  const mark = builtFrom();
  const options = { cwd: at('web'), env: environment({ NODE_ENV: 'production' }) };
  await runQuietly('svelte-kit sync', findNode(), [program('@sveltejs/kit', 'svelte-kit', 'web'), 'sync'], options);
  await runQuietly('vite build', findNode(), [program('vite', 'vite', 'web'), 'build'], options);
  writeFileSync(at(BUILT), mark);
}
