import { randomUUIDv7 } from 'node:crypto';

/** A UUIDv7: unique without asking anyone, and later ids sort after earlier ones. */
export function newId(): string {
  return randomUUIDv7();
}
