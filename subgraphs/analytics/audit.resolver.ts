import { Args, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { isId } from '../../infra/id.ts';
import { Failure } from '../../schema/errors.ts';
import type { Connection } from '../framework/connection.ts';
import { viewerOf, type Context } from '../framework/context.ts';
import { requirePermission } from '../framework/policy.ts';
import { AuditEntry } from './audit.entity.ts';
import { listAudit } from './audit.service.ts';
import { AuditArgs, AuditEntryConnection, AuditEntryType, UserRef } from './audit.type.ts';

@Resolver(() => AuditEntryType)
export class AuditResolver {
  @Query(() => AuditEntryConnection, { description: 'The audit log, newest first. Administrators only.' })
  async auditLog(@Args(() => AuditArgs) args: AuditArgs, @Ctx() context: Context): Promise<Connection<AuditEntryType>> {
    requirePermission(viewerOf(context), 'audit.read');
    return listAudit(context, args);
  }

  @FieldResolver(() => UserRef, { nullable: true, description: 'The actor; null if no one was signed in.' })
  actor(@Root() entry: { actorId: string | null }): UserRef | null {
    return entry.actorId ? { id: entry.actorId } : null;
  }
}

export async function auditEntry(id: string, context: Context): Promise<AuditEntry> {
  requirePermission(viewerOf(context), 'audit.read');
  const entry = isId(id) ? await context.em.findOne(AuditEntry, { id }) : null;
  if (!entry) throw new Failure('NOT_FOUND', { kind: 'AuditEntry' });
  return entry;
}
