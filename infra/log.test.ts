import { afterEach, expect, it } from '@jest/globals';
import { captureConsole, type Log } from './log.ts';

const { debug, info, log, warn, error } = console;
afterEach(() => {
  Object.assign(console, { debug, info, log, warn, error });
});

it('captureConsole writes each console call as one log line', () => {
  const lines: unknown[] = [];
  const take = (level: string) => (fields: object, message: string) => lines.push({ level, ...fields, message });
  captureConsole({ debug: take('debug'), info: take('info'), warn: take('warn'), error: take('error') } as unknown as Log);
  console.warn('attempt %d failed', 1, { code: 14 });
  console.log('ready');
  expect(lines).toEqual([
    { level: 'warn', output: 'attempt 1 failed { code: 14 }', message: 'console' },
    { level: 'info', output: 'ready', message: 'console' },
  ]);
});
