/** Entities of which a subgraph says that there are none: null where that may be, and no fault of what they should hold. */
const gone = new WeakSet<object>();

export function markGone(entity: object): void {
  gone.add(entity);
}

export function isGone(entity: object): boolean {
  return gone.has(entity);
}
