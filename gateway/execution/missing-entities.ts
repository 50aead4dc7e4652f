/** Entities that a subgraph returned as null: they become null if nullable, without errors for their required fields. */
const missing = new WeakSet<object>();
/** Objects for which a fetch returned only errors; those errors explain all its missing fields. */
const failed = new WeakSet<object>();

export function markMissing(entity: object): void {
  missing.add(entity);
}

export function isMissing(entity: object): boolean {
  return missing.has(entity);
}

export function markFailed(target: object): void {
  failed.add(target);
}

export function isFailed(target: object): boolean {
  return failed.has(target);
}
