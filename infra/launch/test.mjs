import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from './build.mjs';
import { at, filesBelow, program } from './checkout.mjs';
import { environment, runCleanly } from './run.mjs';
import { findNode } from './runtime.mjs';

const OPTIONS = ['--full', '--times'];

/**
 * Runs every test that the machine allows, with --full the long ones too; words narrow them to the files whose path has
 * one of them. --times lists the time of every file.
 */
export async function main(args) {
  const words = args.filter((arg) => !OPTIONS.includes(arg));
  await build();
  const folder = mkdtempSync(join(tmpdir(), 'parley-test-'));
  try {
    const env = { ...(await withoutSettings()), ...(args.includes('--full') ? { FULL: '1' } : {}) };
    const isWanted = (file) => words.length === 0 || words.some((word) => file.includes(word));
    const web = filesBelow('web/src').filter((file) => file.endsWith('.test.ts') && isWanted(file));
    const alone = filesBelow('tests').filter((file) => file.endsWith('.alone.test.ts') && isWanted(file));
    const results = [
      await runJest([...words.map(pattern), '--testPathIgnorePatterns', ALONE], join(folder, 'jest.json'), env),
      await runWeb(web, join(folder, 'web.json'), env),
    ];
    if (alone.length > 0) results.push(await runJest(['--runInBand', ...alone.map(pattern)], join(folder, 'alone.json'), env));
    const [passed, failed, skipped] = ['passed', 'failed', 'skipped'].map((key) => results.reduce((sum, result) => sum + result[key], 0));
    const { summarize } = await compiled('tests/support/jest/summary.js');
    const { text, isWithinRetries } = summarize(
      results.flatMap(({ files }) => files ?? []),
      { times: args.includes('--times') },
    );
    process.stdout.write(`${text}\n${passed} passed, ${failed} failed, ${skipped} skipped\n`);
    return failed > 0 || !isWithinRetries || results.some(({ code }) => code !== 0) || passed === 0 ? 1 : 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Suites that want the machine for themselves: they start many processes, or put it under load. */
const ALONE = String.raw`\.alone\.test\.`;

/** Only what is below the checkout counts, not what its own folder is called. */
function pattern(path) {
  return `${basename(at())}/dist/.*${path.replace(/\.ts$/, '')}`;
}

/** The person's own settings must not decide what a test sees, but for the server that they may lend to a contract suite. */
async function withoutSettings() {
  const { SETTINGS } = await compiled('infra/config.js');
  const env = environment();
  for (const name of Object.keys(SETTINGS)) if (!name.startsWith('WEAVIATE_')) delete env[name];
  return env;
}

function compiled(module) {
  return import(pathToFileURL(at('dist', module)).href);
}

async function runJest(choice, outputFile, env) {
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', '--enable-source-maps'];
  const args = [
    ...flags,
    program('jest', 'jest'),
    '--config',
    'jest.config.json',
    '--json',
    `--outputFile=${outputFile}`,
    '--passWithNoTests',
    ...choice,
  ];
  // jest writes its report to stderr and, beside the file, the whole JSON to stdout.
  const code = await runCleanly(findNode(), args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
  const report = reportOf(outputFile);
  if (!report) return broken('jest', code);
  const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites, numPendingTests, numTodoTests } = report;
  return {
    code,
    passed: numPassedTests,
    failed: numFailedTests + numRuntimeErrorTestSuites,
    skipped: numPendingTests + numTodoTests,
    files: report.testResults,
  };
}

async function runWeb(files, outputFile, env) {
  if (files.length === 0) return { code: 0, passed: 0, failed: 0, skipped: 0 };
  const reporters = [
    '--test-reporter=dot',
    '--test-reporter-destination=stderr',
    `--test-reporter=${at('infra/launch/counts-reporter.mjs')}`,
  ];
  const args = ['--disable-warning=ExperimentalWarning', '--test', ...reporters, `--test-reporter-destination=${outputFile}`, ...files];
  process.stderr.write(`\nweb, ${files.length} files:\n`);
  const code = await runCleanly(findNode(), args, { env });
  const report = reportOf(outputFile);
  return report ? { code, ...report } : broken("Node's test runner", code);
}

function reportOf(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null;
}

/** A killed runner has failed, regardless of the tests that had passed. */
function broken(runner, code) {
  process.stderr.write(`\n${runner} ended before it could report (exit code ${code}).\n`);
  return { code: code || 1, passed: 0, failed: 1, skipped: 0 };
}
