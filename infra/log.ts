import { format } from 'node:util';
import { pino, type Logger, type LoggerOptions } from 'pino';
import { describeError } from './log-errors.ts';

/** One JSON line for each fact worth reading later. Secrets never connectWithRetry it. */
export type Log = Logger;

export function openLog(level: string): Log {
  // To standard error: standard output is for what a person at a terminal wants to know.
  const options: LoggerOptions = {
    level,
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: (error: unknown) => describeError(error) },
    formatters: { level: (label) => ({ level: label }) },
    redact: {
      paths: [
        'password',
        'token',
        'refreshToken',
        'accessToken',
        'authorization',
        'cookie',
        'apiKey',
        '*.password',
        '*.token',
        '*.authorization',
        '*.cookie',
      ],
      censor: '[redacted]',
    },
  };
  return pino(options, pino.destination({ dest: 2, sync: true }));
}

/** What libraries say to the console becomes a line of the log like any other. */
export function captureConsole(log: Log): void {
  for (const level of ['debug', 'info', 'warn', 'error'] as const)
    console[level] = (...said: unknown[]) => log[level]({ said: format(...said.map(withoutValues)) }, 'a library spoke');
  console.log = console.info;
}

/** Printed whole, an error shows every field that it has. */
function withoutValues(said: unknown): unknown {
  return said instanceof Error ? JSON.stringify(describeError(said)) : said;
}
