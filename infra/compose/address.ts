import type { Config } from '../config.ts';

/** Wildcard addresses, which containers listen on, and a loopback address that browsers can open. */
const LOOPBACK: Record<string, string> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

/** Returns the URL of a listener on this machine. */
export function addressOf({ HOST }: Pick<Config, 'HOST'>, port: number): string {
  const host = LOOPBACK[HOST] ?? HOST;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
