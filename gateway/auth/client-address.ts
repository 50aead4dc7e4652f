import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

/**
 * Determines the client address of a request: the last address of `X-Forwarded-For` that is not one of the `trusted`
 * proxies (addresses or CIDR ranges), because only entries appended by those can be trusted.
 */
export class ClientAddress {
  readonly #trusted = new BlockList();

  constructor(trusted: readonly string[]) {
    for (const entry of trusted) {
      const [address = '', bits] = entry.split('/');
      const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
      if (bits === undefined) this.#trusted.addAddress(address, family);
      else this.#trusted.addSubnet(address, Number(bits), family);
    }
  }

  of({ socket, headers }: IncomingMessage): string {
    let address = plain(socket.remoteAddress ?? '');
    const claimed = String(headers['x-forwarded-for'] ?? '')
      .split(',')
      .map((part) => plain(part.trim()));
    while (this.#isTrusted(address) && claimed.length > 0) {
      const before = claimed.pop() as string;
      if (!isIP(before)) return address;
      address = before;
    }
    return address;
  }

  #isTrusted(address: string): boolean {
    const version = isIP(address);
    return version > 0 && this.#trusted.check(address, version === 6 ? 'ipv6' : 'ipv4');
  }
}

/** Unwraps an IPv4-mapped IPv6 address. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/, '');
}
