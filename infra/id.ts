import { randomUUIDv7 } from 'node:crypto';

/** The millisecond of the newest id, and how many came before it in that millisecond. */
let moment = 0;
let count = 0;

/**
 * A UUIDv7: unique without asking anyone, and later ids of one process sort after earlier ones, within a millisecond
 * too: Node leaves that to chance, so the 12 bits after the time count (RFC 9562, section 6.2, method 1).
 */
export function newId(): string {
  const now = Date.now();
  count = now > moment ? 0 : count + 1;
  // A clock that goes back, or more than 4096 ids in a moment, borrow from the time to come.
  if (now > moment) moment = now;
  else if (count > 0xfff) [moment, count] = [moment + 1, 0];
  const time = moment.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${count.toString(16).padStart(3, '0')}${randomUUIDv7().slice(18)}`;
}

/** When an id of ours was made, in milliseconds since 1970. */
export function timeOf(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}

/** False for text that PostgreSQL would refuse as a uuid; to a caller it is simply the id of nothing. */
export function isId(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}
