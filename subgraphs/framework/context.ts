import type { SqlEntityManager } from '@mikro-orm/sql';
import { Failure } from '../../schema/errors.ts';
import type { Actor, Identity, Viewer } from '../../schema/viewer.ts';
import type { Bus } from '../../infra/bus/bus.ts';
import type { ReplicaReader } from '../../infra/database/database.ts';
import type { Log } from '../../infra/log.ts';

/** The context of one request, passed to all resolvers of a subgraph. */
export interface Context {
  identity: Identity;
  /** The entity manager of this request. Inside `em.transactional`, use only the one that it passes. */
  em: SqlEntityManager;
  /**
   * Reads from a replica, for searches and reports that tolerate staleness. Never for permissions, nor for lists of the
   * viewer's own objects, which must show a change at once.
   */
  read: ReplicaReader;
  /** The bus, for `subscribe` functions, which type-graphql calls without the resolver instance. */
  bus: Bus;
  log: Log;
}

/** The context of a job or an event handler. There is no viewer; the data names the person concerned. */
export interface JobContext {
  em: SqlEntityManager;
  log: Log;
  signal: AbortSignal;
}

export function viewerOf(context: Context): Viewer {
  if (!context.identity.viewer) throw new Failure('UNAUTHENTICATED');
  return context.identity.viewer;
}

export function actorOf({ identity }: Context): Actor {
  return {
    userId: identity.viewer?.userId ?? null,
    sessionId: identity.viewer?.sessionId ?? null,
    requestId: identity.requestId,
    ...(identity.ip ? { ip: identity.ip } : {}),
  };
}

/** Rejects any caller but the platform itself; for fields that are `@inaccessible` to clients. */
export function requireSystem({ identity }: Context): void {
  if (!identity.system) throw new Failure('NOT_FOUND');
}

/** Creates a value once per request, usually a DataLoader. */
export function perRequest<T>(make: (context: Context) => T): (context: Context) => T {
  const made = new WeakMap<Context, T>();
  return (context) => {
    let value = made.get(context);
    if (value === undefined) made.set(context, (value = make(context)));
    return value;
  };
}
