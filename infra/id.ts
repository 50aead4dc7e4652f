import { randomUUIDv7 } from 'node:crypto';

/** A UUIDv7: unique without asking anyone, and later ids sort after earlier ones. */
export function newId(): string {
  return randomUUIDv7();
}

/** False for text that PostgreSQL would refuse as a uuid; to a caller it is simply the id of nothing. */
export function isId(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}
