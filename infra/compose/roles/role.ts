import { SUBGRAPH_NAMES, type SubgraphName } from '../../../schema/facts.ts';
import { ConfigError, type Config } from '../../config.ts';
import type { Log } from '../../log.ts';

/** What one process does: everything, the server, one subgraph's answers, or the work behind all of them. */
export type Role = 'everything' | 'gateway' | 'worker' | SubgraphName;

/** What a role is opened with. */
export interface Opening {
  config: Config;
  log: Log;
  /** Has the names of the settings whose servers are waited for. */
  pendingDependencies: Set<string>;
}

/** What a role listens on; `_handle`, as Node names it, where the socket is open already. */
export interface ListenAddress {
  host: string;
  port: number;
  _handle?: object;
}

/** A process in its role. */
export interface Running {
  /** Begins to answer, and says where. */
  listen(place: ListenAddress): Promise<string>;
  /** Lets what is under way end, and returns within ten seconds. */
  close(): Promise<void>;
}

export const ROLES: readonly Role[] = ['everything', 'gateway', 'worker', ...SUBGRAPH_NAMES];

/** Without an argument a process does everything. */
export function roleFrom(args: readonly string[]): Role {
  const [given = 'everything', ...more] = args;
  const role = ROLES.find((each) => each === given);
  if (!role || more.length > 0)
    throw new ConfigError(`"${args.join(' ')}" is no role. The roles are ${ROLES.join(', ')}; each process has one.`);
  return role;
}

/** Processes that share the work share what lies under it: what the embedded adapters keep to themselves will not do. */
export function requireSharedServers(role: Role, config: Config): void {
  const needed: (keyof Config)[] = ['SECRET_KEY', 'REDIS_URL', 'PUBLIC_URL'];
  if (role !== 'gateway') needed.push('DATABASE_URL');
  if (role !== 'worker') needed.push(...SUBGRAPH_NAMES.filter((name) => name !== role).map(urlSettingOf));
  const missing = needed.filter((name) => !config[name] || (Array.isArray(config[name]) && config[name].length === 0));
  if (missing.length > 0) throw new ConfigError(`The role ${role} needs ${missing.join(', ')}: it shares them with the other roles.`);
}

export function urlSettingOf(name: SubgraphName) {
  return `${name.toUpperCase() as Uppercase<SubgraphName>}_URL` as const;
}
