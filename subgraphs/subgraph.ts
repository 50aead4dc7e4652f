import 'reflect-metadata';
import type { SchemaModule } from '../infra/database/database.ts';
import type { Ai } from '../infra/ai/ai.ts';
import type { Bus } from '../infra/bus/bus.ts';
import type { Files } from '../infra/files/files.ts';
import type { Graph } from '../infra/graph/graph.ts';
import type { Limits } from '../infra/limits/limits.ts';
import type { Log } from '../infra/log.ts';
import type { Metrics } from '../infra/metrics/metrics.ts';
import type { Presence } from '../infra/presence/presence.ts';
import type { Queue, WorkOptions } from '../infra/queue/queue.ts';
import type { Vectors } from '../infra/vectors/vectors.ts';
import type { EventHandlers } from '../schema/events.ts';
import type { SubgraphName } from '../schema/subgraphs.ts';
import type { SqlEntityManager } from '@mikro-orm/sql';
import type { Context, JobContext } from './context.ts';
import type { QuotaLimits } from './quota.ts';
import type { AccessTokens, SignedUrls } from '../infra/tokens/tokens.ts';

/** The ground under every subgraph. `create` takes what it needs; nothing connects before the process opens them. */
export interface Ports {
  ai: Ai;
  bus: Bus;
  files: Files;
  graph: Graph;
  limits: Limits;
  log: Log;
  metrics: Metrics;
  presence: Presence;
  queue: Queue;
  signedUrls: SignedUrls;
  tokens: AccessTokens;
  vectors: Vectors;
  values: Values;
  /** By the name of a part of the platform, such as `queue` or `vectors`: resolves while the part answers. */
  probes: Record<string, () => Promise<unknown>>;
}

/** Settings that a domain needs; values, never the configuration itself. */
export interface Values {
  maxUploadBytes: number;
  /** Whether text is recognised in pictures of pages. */
  ocr: boolean;
  /** A run whose lease is this old may be taken over. */
  runLeaseMs: number;
  /** How many answers this process writes at once. */
  runsPerWorker: number;
  /** How many answers are written at once for one person, by all processes together. */
  runsPerPerson: number;
  /** How many answers of one person may wait or be written; more are refused. */
  runsWaitingPerPerson: number;
  /** What each person may use. */
  quotas: QuotaLimits;
  /** Hosts that `fetch_page` may read although they are not public; for tests and intranets. */
  allowedPrivateHosts: string[];
  /** Who may make an account. */
  signUp: { mode: 'open' | 'invited' | 'closed'; domains: string[] };
  /** Wrong passwords for one account before further attempts have to wait. */
  freeSignIns: number;
  version: string;
}

/** The shape all six share: what it keeps, and what it does once the ports are there. */
export interface Subgraph<S extends SubgraphName = SubgraphName> extends SchemaModule {
  name: S;
  create(ports: Ports): Parts<S>;
  /** After its tables came out of a backup: forgets what it remembers of things that are in none. */
  restored?(em: SqlEntityManager): Promise<void>;
}

export interface Parts<S extends SubgraphName = SubgraphName> {
  /** Each resolver class with its instance; only these reach the schema. */
  resolvers: Map<Function, object>;
  /** Object types that no field names, such as the implementations of an interface. */
  orphanedTypes?: Function[];
  /** `__resolveReference` of each entity; authorises again, and throws `NOT_FOUND` for what is not the viewer's. */
  references: Record<string, (reference: any, context: Context) => Promise<unknown>>;
  jobs?: Record<string, Job>;
  on: EventHandlers<S, JobContext>;
  /** Begins what its answers need, wherever it answers; the result stops it. */
  open?(): () => void;
  /** Starts what runs beside jobs, wherever jobs run; the result stops it. */
  start?(fork: () => SqlEntityManager): Promise<() => Promise<void>>;
}

export interface Job {
  run(data: any, context: JobContext): Promise<void>;
  options?: WorkOptions;
}
