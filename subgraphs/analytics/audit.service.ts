import type { SqlEntityManager } from '@mikro-orm/sql';
import { isId } from '../../infra/id.ts';
import { Failure } from '../../schema/errors.ts';
import type { DomainEvent } from '../../schema/events.ts';
import { listPage, readId, readInstant, type Connection, type Sort } from '../framework/connection.ts';
import type { Context } from '../framework/context.ts';
import { AuditEntry } from './audit.entity.ts';
import type { AuditArgs, AuditFilter } from './audit.type.ts';
import { TARGETS } from './targets.ts';

const LATEST_FIRST: Sort = { direction: 'desc', key: { at: readInstant, id: readId } };

/** Records an event once, even if it is delivered several times. */
export async function recordEvent(em: SqlEntityManager, event: DomainEvent): Promise<void> {
  const entry = toEntry(event);
  await em.execute(
    `insert into analytics.audit_entry (id, at, actor_id, action, target_type, target_id, detail, request_id, ip)
     values (?, ?, ?, ?, ?, ?, ?::jsonb, ?, ?) on conflict (id) do nothing`,
    [
      entry.id,
      entry.at,
      entry.actorId,
      entry.action,
      entry.targetType,
      entry.targetId,
      JSON.stringify(entry.detail),
      entry.requestId,
      entry.ip,
    ],
  );
}

/** Lists the audit log, newest first, from a replica: events arrive after a delay anyway. */
export async function listAudit(context: Context, args: AuditArgs): Promise<Connection<AuditEntry>> {
  const condition = toCondition(args.filter ?? {});
  return context.read((em) => listPage(em, AuditEntry, condition, LATEST_FIRST, args));
}

/** The payload without the target and the actor, which have columns. */
function toEntry({ id, at, name, payload, actor }: DomainEvent): AuditEntry {
  const [targetType, key] = TARGETS[name];
  const { [key]: targetId, ownerId, ...rest } = payload as unknown as Record<string, unknown>;
  const detail = ownerId === undefined || ownerId === actor.userId ? rest : { ...rest, ownerId };
  return {
    id,
    at: new Date(at),
    actorId: actor.userId,
    action: name,
    targetType,
    targetId: typeof targetId === 'string' ? targetId : null,
    detail,
    requestId: actor.requestId,
    ip: actor.ip ?? null,
  };
}

function toCondition({ actorId, action, targetId, from, to }: AuditFilter): Record<string, unknown> {
  if (actorId && !isId(actorId))
    throw new Failure('BAD_USER_INPUT', { reason: 'This is not the id of a person.', field: 'filter.actorId' });
  const at = { ...(from ? { $gte: from } : {}), ...(to ? { $lt: to } : {}) };
  return {
    ...(actorId ? { actorId } : {}),
    ...(action ? { action } : {}),
    ...(targetId ? { targetId } : {}),
    ...(from || to ? { at } : {}),
  };
}
