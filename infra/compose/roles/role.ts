import { SUBGRAPH_NAMES, type SubgraphName } from '../../../schema/subgraphs.ts';
import { ConfigError, type Config } from '../../config.ts';
import type { Log } from '../../log.ts';

/** The role of a process: everything, the public server, one subgraph, or background work. */
export type Role = 'everything' | 'gateway' | 'worker' | SubgraphName;

/** Arguments to open a role. */
export interface Opening {
  config: Config;
  log: Log;
  /** Settings whose server is not available yet. */
  pendingDependencies: Set<string>;
}

/** Address of a role's server; `_handle`, Node's internal name, is a socket that is already open. */
export interface ListenAddress {
  host: string;
  port: number;
  _handle?: object;
}

/** A running role. */
export interface Running {
  /** Starts listening and returns the URL. */
  listen(place: ListenAddress): Promise<string>;
  /** Waits for requests and jobs in progress, and returns within ten seconds. */
  close(): Promise<void>;
}

export const ROLES: readonly Role[] = ['everything', 'gateway', 'worker', ...SUBGRAPH_NAMES];

/** Parses the command line. The default role is `everything`. */
export function roleFrom(args: readonly string[]): Role {
  const [given = 'everything', ...more] = args;
  const role = ROLES.find((each) => each === given);
  if (!role || more.length > 0) throw new ConfigError(`"${args.join(' ')}" is not a role. Give one of ${ROLES.join(', ')}.`);
  return role;
}

/** Requires shared servers for multi-process roles, because embedded adapters are per process. */
export function requireSharedServers(role: Role, config: Config): void {
  const needed: (keyof Config)[] = ['SECRET_KEY', 'REDIS_URL', 'PUBLIC_URL'];
  if (role !== 'gateway') needed.push('DATABASE_URL');
  if (role !== 'worker') needed.push(...SUBGRAPH_NAMES.filter((name) => name !== role).map(urlSettingOf));
  const missing = needed.filter((name) => !config[name] || (Array.isArray(config[name]) && config[name].length === 0));
  if (missing.length > 0) throw new ConfigError(`The role ${role} needs ${missing.join(', ')}, which all roles share.`);
}

export function urlSettingOf(name: SubgraphName) {
  return `${name.toUpperCase() as Uppercase<SubgraphName>}_URL` as const;
}
