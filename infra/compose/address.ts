import type { Config } from '../config.ts';

/** Every address of the machine, as containers listen on: no browser goes to an address of that name. */
const EVERY: Record<string, string> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

/** Where a listener is reached on this machine. */
export function addressOf({ HOST }: Pick<Config, 'HOST'>, port: number): string {
  const host = EVERY[HOST] ?? HOST;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
