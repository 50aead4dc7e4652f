import { Failure } from '../../schema/errors.ts';
import type { Role, Viewer } from '../../schema/viewer.ts';

/** Permissions of roles. Access to any other object is decided by ownership. */
const GRANTS = {
  'audit.read': ['ADMIN'],
  'usage.readAll': ['ADMIN'],
  'metrics.read': ['ADMIN'],
  'health.readDetail': ['ADMIN'],
  'users.read': ['ADMIN'],
  'users.invite': ['ADMIN'],
  'knowledge.reindex': ['ADMIN'],
} as const satisfies Record<string, readonly Role[]>;

export type Permission = keyof typeof GRANTS;

export function may(viewer: Viewer, permission: Permission): boolean {
  return (GRANTS[permission] as readonly Role[]).includes(viewer.role);
}

export function requirePermission(viewer: Viewer, permission: Permission): void {
  if (!may(viewer, permission)) throw new Failure('FORBIDDEN');
}

/** Throws `NOT_FOUND` for a missing object and for one of another person alike, so that ids cannot be probed. */
export function requireOwned<T extends { ownerId: string }>(viewer: Viewer, thing: T | null | undefined, kind: string): T {
  if (!thing || thing.ownerId !== viewer.userId) throw new Failure('NOT_FOUND', { kind });
  return thing;
}
