import type { SqlEntityManager } from '@mikro-orm/sql';
import { Failure } from '../schema/errors.ts';
import type { Actor, Identity, Viewer } from '../schema/viewer.ts';
import type { Bus } from '../infra/bus/bus.ts';
import type { ReplicaReader } from '../infra/database/database.ts';
import type { Log } from '../infra/log.ts';

/** What one request carries through the resolvers of a subgraph. */
export interface Context {
  identity: Identity;
  /** A fork of this request alone. Inside `em.transactional` use only the manager that it passes. */
  em: SqlEntityManager;
  /**
   * What may be a moment old, from a replica where one is well: searches and reports over much. Not what decides who
   * may, nor lists of one's own things: whoever has just made, renamed or deleted something looks there at once.
   */
  read: ReplicaReader;
  /** For `subscribe`, which type-graphql calls without its resolver's instance. */
  bus: Bus;
  log: Log;
}

/** What a job or a heard event carries: no person asks, the data says for whom it works. */
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

/** Only the platform itself may pass; for fields that are `@inaccessible` to clients. */
export function requireSystem({ identity }: Context): void {
  if (!identity.system) throw new Failure('NOT_FOUND');
}

/** A value made once for each request, usually a DataLoader; it goes when the request goes. */
export function perRequest<T>(make: (context: Context) => T): (context: Context) => T {
  const made = new WeakMap<Context, T>();
  return (context) => {
    let value = made.get(context);
    if (value === undefined) made.set(context, (value = make(context)));
    return value;
  };
}
