import { format } from 'node:util';
import { pino, type Logger, type LoggerOptions } from 'pino';
import { describeError } from './log-errors.ts';

/** The application log: one JSON line per entry, with secrets redacted. */
export type Log = Logger;

export function openLog(level: string): Log {
  // Standard error; standard output is for people at a terminal.
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

/** Redirects console calls of libraries to the log. */
export function captureConsole(log: Log): void {
  for (const level of ['debug', 'info', 'warn', 'error'] as const)
    console[level] = (...args: unknown[]) => log[level]({ output: format(...args.map(redacted)) }, 'console');
  console.log = console.info;
}

/** Formats errors with the allowed fields only, because the console would print all of them. */
function redacted(arg: unknown): unknown {
  return arg instanceof Error ? JSON.stringify(describeError(arg)) : arg;
}
