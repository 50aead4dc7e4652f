import { createHash } from 'node:crypto';
import type { SqlEntityManager } from '@mikro-orm/sql';
import { Failure } from '../../schema/errors.ts';
import { emailKey } from './email.ts';

/** Maximum delay between two guesses, which limits a year of guessing to 35,000 passwords per account. */
const MAX_WAIT_SECONDS = 900;
/** Time without attempts after which the count is reset. */
const FORGOTTEN_AFTER_MS = 24 * 3600 * 1000;
const ADDRESSES_KEPT = 20;

/**
 * Slows down guessing at one account from any address: after `freeAttempts` failures, each further attempt has to wait
 * twice as long as the one before. Attempts are counted in the database before the password is checked, so that concurrent
 * ones and those at other replicas count. Unknown accounts are counted too, so that the response does not disclose which
 * exist. An address from which the person signed in before has a separate count, so that others cannot lock them out.
 */
export class SignInGuard {
  readonly #freeAttempts: number;

  constructor(freeAttempts: number) {
    this.#freeAttempts = freeAttempts;
  }

  /** Counts an attempt and returns the number of attempts. Throws `RATE_LIMITED` while the account has to wait. */
  async countAttempt(em: SqlEntityManager, account: string): Promise<number> {
    const now = new Date();
    const free = this.#freeAttempts;
    // 2 to the power of 10 exceeds the maximum delay; a larger exponent would overflow.
    const [counted] = await em.execute<{ attempts: number }[]>(
      `insert into users.sign_in_attempt as a (account_hash, attempts, attempted_at, blocked_until) values (?, 1, ?, ?)
       on conflict (account_hash) do update set
         attempts = case when a.attempted_at < ? then 1 else a.attempts + 1 end,
         attempted_at = excluded.attempted_at,
         blocked_until = excluded.attempted_at + case when a.attempted_at < ? or a.attempts + 1 < ? then interval '0'
           else least(?, power(2, least(10, a.attempts + 1 - ?))) * interval '1 second' end
       where a.blocked_until <= excluded.attempted_at
       returning a.attempts`,
      [account, now, now, forgottenBefore(now), forgottenBefore(now), free, MAX_WAIT_SECONDS, free],
    );
    if (counted) return counted.attempts;
    const [row] = await em.execute<{ seconds: number }[]>(
      'select ceil(extract(epoch from blocked_until - ?::timestamptz))::int as seconds from users.sign_in_attempt where account_hash = ?',
      [now, account],
    );
    throw new Failure('RATE_LIMITED', {
      reason: 'Too many wrong passwords for this account. Wait, then try again.',
      retryAfterSeconds: Math.max(1, row?.seconds ?? 1),
    });
  }

  /** Returns the key under which attempts from an address are counted; separate for an address that the person used before. */
  async accountOf(em: SqlEntityManager, email: string, ip: string | undefined, userId: string | undefined): Promise<string> {
    const account = hash(emailKey(email).slice(0, 320));
    if (!userId || !ip) return account;
    const known = await em.execute<unknown[]>('select 1 from users.known_address where user_id = ? and address_hash = ?', [
      userId,
      addressHash(userId, ip),
    ]);
    return known.length > 0 ? hash(`${account} ${ip}`) : account;
  }

  /** Resets the count and stores the address, after a successful sign-in. */
  async succeeded(em: SqlEntityManager, account: string, userId: string, ip: string | undefined): Promise<void> {
    const now = new Date();
    await em.execute('delete from users.sign_in_attempt where account_hash = ? or attempted_at < ?', [account, forgottenBefore(now)]);
    if (!ip) return;
    await em.execute(
      `insert into users.known_address (user_id, address_hash, seen_at) values (?, ?, ?)
       on conflict (user_id, address_hash) do update set seen_at = excluded.seen_at`,
      [userId, addressHash(userId, ip), now],
    );
    await em.execute(
      `delete from users.known_address where user_id = ? and address_hash not in
       (select address_hash from users.known_address where user_id = ? order by seen_at desc limit ?)`,
      [userId, userId, ADDRESSES_KEPT],
    );
  }

  /** Returns true if the person should be notified: when the free attempts are used up, and whenever their number has doubled. */
  isNoteworthy(attempts: number): boolean {
    const ratio = attempts / this.#freeAttempts;
    return ratio >= 1 && Number.isInteger(Math.log2(ratio));
  }
}

function forgottenBefore(now: Date): Date {
  return new Date(now.getTime() - FORGOTTEN_AFTER_MS);
}

function addressHash(userId: string, ip: string): string {
  return hash(`${userId} ${ip}`);
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
