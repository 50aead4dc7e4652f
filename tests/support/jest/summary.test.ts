import { describe, expect, it } from '@jest/globals';
import { summarize, type FileReport, type TestReport } from './summary.ts';

const passed = (fullName: string): TestReport => ({ fullName, status: 'passed', invocations: 1, failureMessages: [], retryReasons: [] });
const retried = (fullName: string, reason: string): TestReport => ({ ...passed(fullName), invocations: 2, retryReasons: [reason] });

function file(name: string, seconds: number, assertionResults: TestReport[]): FileReport {
  return {
    name: `/checkout/dist/${name}`,
    status: 'passed',
    message: '',
    startTime: 1_000,
    endTime: 1_000 + seconds * 1000,
    assertionResults,
  };
}

describe('summarize', () => {
  it('lists the ten slowest files, the slowest first', () => {
    const files = Array.from({ length: 12 }, (_, n) => file(`tests/${n}.test.js`, n, [passed('runs')]));
    const lines = summarize(files).text.trim().split('\n');
    expect(lines).toHaveLength(11);
    expect(lines[1]).toBe('    11.0 s  tests/11.test.js');
    expect(lines[10]).toBe('     2.0 s  tests/2.test.js');
  });

  it('lists every file by time when asked for all times', () => {
    const files = Array.from({ length: 12 }, (_, n) => file(`tests/${n}.test.js`, n, [passed('runs')]));
    const lines = summarize(files, { times: true }).text.trim().split('\n');
    expect(lines).toHaveLength(13);
    expect(lines[12]).toBe('     0.0 s  tests/0.test.js');
  });

  it('names each retried test with the message of its first failure', () => {
    const { text, isWithinRetries } = summarize([file('tests/a.test.js', 1, [retried('restarts', 'Error: no answer'), passed('stops')])]);
    expect(text).toContain('  tests/a.test.js: restarts (then passed)\n    Error: no answer');
    expect(text).not.toContain('stops');
    expect(isWithinRetries).toBe(true);
  });

  it('allows three retried tests in a run, counted over all files, and fails a run with four', () => {
    const files = ['a', 'b', 'c', 'd'].map((name) => file(`tests/${name}.test.js`, 1, [retried('restarts', 'Error')]));
    expect(summarize(files.slice(1)).isWithinRetries).toBe(true);
    expect(summarize(files)).toMatchObject({ isWithinRetries: false, text: expect.stringContaining('so this run fails') });
  });

  it('gives the message of a file that could not run', () => {
    const broken = { ...file('tests/a.test.js', 1, []), status: 'failed', message: '\u001b[31mCannot find module\u001b[39m' };
    expect(summarize([broken]).text).toContain('Failed:\n  tests/a.test.js\n    Cannot find module');
  });
});
