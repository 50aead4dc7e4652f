import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { Failure } from '../../../schema/errors.ts';

const PORTS = new Set(['80', '443', '8080', '8443']);

/** Addresses outside the public internet, by IANA's special-purpose registries. */
const PRIVATE = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const)
  PRIVATE.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['2620:4f:8000::', 48],
  ['3fff::', 20],
] as const) {
  PRIVATE.addSubnet(network, prefix, 'ipv6');
}
/** The global unicast range of IPv6; mapped, translated, local and multicast addresses are outside of it. */
const GLOBAL = new BlockList();
GLOBAL.addSubnet('2000::', 3, 'ipv6');

/** Resolves all addresses of a name with the system's resolver. */
export type Resolve = (host: string) => Promise<{ address: string; family: number }[]>;

export const systemResolve: Resolve = (host) => lookup(host, { all: true });

export interface AddressRules {
  /** Private `host:port` pairs that may be read. */
  allowedPrivateHosts: string[];
  resolve: Resolve;
  signal: AbortSignal;
}

/** A checked IP address, to which the connection must go. */
export interface CheckedAddress {
  address: string;
  family: 4 | 6;
}

/** Parses a URL. Throws `TOOL_BLOCKED` for other schemes than HTTP(S). */
export function requireWebPage(url: URL): void {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw blocked(`Addresses that begin with ${url.protocol} are not read.`);
  if (url.username || url.password) throw blocked('Addresses with a name and password in them are not read.');
}

/** Resolves the host of a URL to a public address. Throws `TOOL_BLOCKED` for any other. */
export async function resolvePublic(url: URL, rules: AddressRules): Promise<CheckedAddress[]> {
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  const host = url.hostname.replace(/^\[|\]$|\.$/g, '');
  const isAllowed = rules.allowedPrivateHosts.includes(`${host}:${port}`);
  if (!isAllowed && !PORTS.has(port)) throw blocked(`Port ${port} is not read.`);
  const addresses = await addressesOf(host, rules);
  // All addresses must be public: a private one among public ones indicates DNS rebinding.
  if (!isAllowed && !addresses.every(isPublic)) throw blocked();
  return addresses;
}

export function isPublic({ address, family }: CheckedAddress): boolean {
  if (family === 4) return !PRIVATE.check(address, 'ipv4');
  return isIP(address) === 6 && GLOBAL.check(address, 'ipv6') && !PRIVATE.check(address, 'ipv6');
}

/** Checks an IP literal, which is not resolved. */
async function addressesOf(host: string, { resolve, signal }: AddressRules): Promise<CheckedAddress[]> {
  const family = isIP(host);
  if (family === 4 || family === 6) return [{ address: host, family }];
  const found = await Promise.race([resolve(host), aborted(signal)]).catch((error: NodeJS.ErrnoException) => {
    if (signal.aborted) throw signal.reason;
    throw new Failure('TOOL_FAILED', { reason: `There is no host "${host.slice(0, 100)}".` }, { cause: error });
  });
  return found.map(({ address, family: version }) => ({ address, family: version === 6 ? 6 : 4 }));
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }));
}

function blocked(reason?: string): Failure {
  return new Failure('TOOL_BLOCKED', reason ? { reason: `${reason} Only public web pages are.` } : {});
}
