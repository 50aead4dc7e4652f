import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { all, compile } from '@fastify/proxy-addr';

/** Ranges without bits, which the library refuses, as their two halves. */
const WHOLE: Record<string, string[]> = { 4: ['0.0.0.0/1', '128.0.0.0/1'], 6: ['::/1', '8000::/1'] };

/**
 * Determines the client address of a request or of an upgrade: the last address of `X-Forwarded-For` that is not one of
 * the `trusted` proxies (addresses or CIDR ranges), because only entries appended by those can be trusted.
 */
export class ClientAddress {
  readonly #isTrusted: (address: string, hop: number) => boolean;

  constructor(trusted: readonly string[]) {
    this.#isTrusted = compile(trusted.flatMap((entry) => (/\/0+$/.test(entry) ? (WHOLE[isIP(entry.split('/')[0] ?? '')] ?? []) : [entry])));
  }

  /** The address nearest to the client; what a proxy passed on that is not an address ends the list. */
  of(request: IncomingMessage): string {
    const [peer = '', ...claimed] = all(request, this.#isTrusted).map((address) => plain(address ?? ''));
    const garbage = claimed.findIndex((address) => !isIP(address));
    return (garbage < 0 ? claimed : claimed.slice(0, garbage)).at(-1) ?? peer;
  }
}

/** Unwraps an IPv4-mapped IPv6 address. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/, '');
}
