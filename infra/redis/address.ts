/** A Redis address: one server, a master known to Sentinels, or a cluster. */
export type RedisAddress = { user?: string; password?: string; tls: boolean } & (
  | { kind: 'server'; at: HostPort; db: number }
  | { kind: 'sentinel'; sentinels: HostPort[]; master: string; db: number }
  | { kind: 'cluster'; nodes: HostPort[] }
);

export interface HostPort {
  host: string;
  port: number;
}

const FORMS =
  'must be redis://host:6379, redis+sentinel://host:26379,host2:26379/master or redis+cluster://host:6379,host2:6379, or the same with rediss: for TLS';
const ADDRESS = /^(rediss?)(?:\+(sentinel|cluster))?:\/\/(?:([^@/]*)@)?([^@/?#]+)(?:\/([^?#]*))?$/;

/** Parses an address. The error lists the accepted forms without echoing the input, which may contain a password. */
export function readRedisAddress(text: string): RedisAddress {
  const [, scheme, kind = 'server', login, list, path = ''] = ADDRESS.exec(text) ?? fail();
  const hosts = (list as string).split(',').map((text) => readHostPort(text, kind === 'sentinel' ? 26379 : 6379));
  const access = { ...readLogin(login), tls: scheme === 'rediss' };
  const words = path.split('/').filter(Boolean);
  if (kind === 'cluster') return words.length === 0 ? { kind, nodes: hosts, ...access } : fail();
  const master = kind === 'sentinel' ? decode(words.shift() ?? fail()) : '';
  const [db = '0', ...more] = words;
  if (!/^\d{1,4}$/.test(db) || more.length > 0 || (kind === 'server' && hosts.length > 1)) fail();
  if (kind === 'sentinel') return { kind, sentinels: hosts, master, db: Number(db), ...access };
  return { kind: 'server', at: hosts[0]!, db: Number(db), ...access };
}

/** Parses `name`, `name:port`, `1.2.3.4:port` or `[::1]:port`. */
function readHostPort(text: string, defaultPort: number): HostPort {
  const [, bracketed, plain, port = String(defaultPort)] =
    /^(?:\[([\da-f:.]+)\]|([^\s:[\]]+))(?::(\d{1,5}))?$/i.exec(text.trim()) ?? fail();
  if (Number(port) < 1 || Number(port) > 65_535) fail();
  return { host: (bracketed ?? plain)!, port: Number(port) };
}

/** Parses percent-encoded `user:password` or `:password`. */
function readLogin(login: string | undefined): { user?: string; password?: string } {
  if (!login) return {};
  const [, user, password] = /^([^:]*):(.*)$/.exec(login) ?? fail();
  return { ...(user ? { user: decode(user) } : {}), ...(password ? { password: decode(password) } : {}) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return fail();
  }
}

function fail(): never {
  throw new Error(FORMS);
}
