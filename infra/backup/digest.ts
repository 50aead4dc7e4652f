import { createHash } from 'node:crypto';

/**
 * An order-independent checksum of lines: the sum of the first 60 bits of their SHA-256. SQL can compute it without
 * sorting. It detects corruption, not tampering.
 */
export class Digest {
  #sum = 0n;

  add(line: string): void {
    this.#sum += BigInt(`0x${createHash('sha256').update(line).digest('hex').slice(0, 15)}`);
  }

  toString(): string {
    return String(this.#sum);
  }

  /** Returns the addend of one line. */
  static inSql(line: string): string {
    return `('x' || left(encode(sha256(convert_to(${line}, 'UTF8')), 'hex'), 15))::bit(60)::bigint`;
  }
}
