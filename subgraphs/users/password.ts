import { availableParallelism } from 'node:os';
import { hash, verify } from '@node-rs/argon2';
import { bulkhead, BulkheadRejectedError, type BulkheadPolicy } from 'cockatiel';
import { Failure } from '../../schema/errors.ts';

/** argon2id with 19 MiB, two passes, one lane (OWASP Password Storage Cheat Sheet). */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** A hash of the usual cost that no password matches. */
const DUMMY = `$argon2id$v=19$m=${COST.memoryCost},t=${COST.timeCost},p=${COST.parallelism}$${'A'.repeat(22)}$${'A'.repeat(43)}`;

const MAX_AT_ONCE = Math.min(4, availableParallelism());

const MIN_LENGTH = 8;
const MAX_LENGTH = 256;

/** Validates a password: 8 to 256 characters of any script, not only blanks, no NUL. */
export function requirePassword(password: string): void {
  const length = [...password].length;
  if (length < MIN_LENGTH || length > MAX_LENGTH || password.includes('\0')) {
    throw new Failure('BAD_USER_INPUT', { reason: `The password needs ${MIN_LENGTH} to ${MAX_LENGTH} characters.`, field: 'password' });
  }
  if (password.trim() === '') throw new Failure('BAD_USER_INPUT', { reason: 'The password needs more than spaces.', field: 'password' });
}

/**
 * Hashes and verifies passwords with limited concurrency: each takes tens of milliseconds of a core, and a flood of
 * sign-ins must not use all cores.
 */
export class Passwords {
  readonly #turns: BulkheadPolicy;

  /** Rejects more than `maxWaiting` waiting requests, which would time out. */
  constructor(maxWaiting = 500) {
    this.#turns = bulkhead(MAX_AT_ONCE, maxWaiting);
  }

  hash(password: string): Promise<string> {
    return this.#inTurn(() => hash(composed(password), COST));
  }

  /** Takes the same time with and without a stored hash, so that timing does not disclose which accounts exist. */
  async matches(stored: string | undefined, password: string): Promise<boolean> {
    const candidate = password.length > 2 * MAX_LENGTH ? '' : composed(password);
    const equal = await this.#inTurn(() => verify(stored ?? DUMMY, candidate));
    return equal && stored !== undefined;
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await this.#turns.execute(work);
    } catch (error) {
      throw error instanceof BulkheadRejectedError ? new Failure('RATE_LIMITED', { retryAfterSeconds: 5 }) : error;
    }
  }
}

/** Normalizes different keyboards' input to one form (RFC 8265 §4.2.2). */
function composed(password: string): string {
  return password.normalize('NFC');
}
