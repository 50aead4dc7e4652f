/** Entities of which a subgraph says that there are none: null where that may be, and no fault of what they should hold. */
const gone = new WeakSet<object>();
/** Objects for which a fetch brought errors and nothing else: the errors stand for everything that it owed. */
const failed = new WeakSet<object>();

export function markMissing(entity: object): void {
  gone.add(entity);
}

export function isMissing(entity: object): boolean {
  return gone.has(entity);
}

export function markFailed(target: object): void {
  failed.add(target);
}

export function isFailed(target: object): boolean {
  return failed.has(target);
}
