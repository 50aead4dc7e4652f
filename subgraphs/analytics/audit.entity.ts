import { defineEntity, p, type InferEntity } from '@mikro-orm/core';

/** One entry of the audit log, under the id of its event. The table rejects updates and deletions. */
export const AuditEntry = defineEntity({
  name: 'AuditEntry',
  tableName: 'audit_entry',
  properties: {
    id: p.uuid().primary(),
    at: p.datetime(),
    actorId: p.uuid().strictNullable(),
    action: p.text(),
    targetType: p.text(),
    targetId: p.text().strictNullable(),
    detail: p.json<Record<string, unknown>>(),
    requestId: p.text(),
    ip: p.text().strictNullable(),
  },
});

export type AuditEntry = InferEntity<typeof AuditEntry>;
