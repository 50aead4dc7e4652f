import { pino } from 'pino';

/** One JSON line for each fact worth reading later. Secrets never reach it. */
export type Log = import('pino').Logger;

export function openLog(level: string): Log {
  return pino({
    level,
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: {
      paths: ['password', 'token', 'refreshToken', 'accessToken', 'authorization', 'cookie', 'apiKey', '*.password', '*.token', '*.authorization', '*.cookie'],
      censor: '[redacted]',
    },
  });
}
