import { randomUUIDv7 } from 'node:crypto';

/** Timestamp of the newest id, and the number of earlier ids with the same timestamp. */
let timestamp = 0;
let count = 0;

/**
 * Returns a UUIDv7. Ids of one process are monotonic even within a millisecond, which Node does not guarantee: the 12
 * bits after the timestamp are a counter (RFC 9562, section 6.2, method 1).
 */
export function newId(): string {
  const now = Date.now();
  count = now > timestamp ? 0 : count + 1;
  // If the clock goes back or the counter overflows, the timestamp runs ahead of the clock.
  if (now > timestamp) timestamp = now;
  else if (count > 0xfff) [timestamp, count] = [timestamp + 1, 0];
  const time = timestamp.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${count.toString(16).padStart(3, '0')}${randomUUIDv7().slice(18)}`;
}

/** Returns the timestamp of an id, in milliseconds since 1970. */
export function timeOf(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}

/** Returns false for text that PostgreSQL would reject as a uuid, so that callers can treat it as not found. */
export function isId(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}
