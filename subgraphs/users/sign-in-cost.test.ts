import { beforeEach, describe, expect, it, jest } from '@jest/globals';

/** Collects the hashes that were verified. */
const verified: string[] = [];

jest.unstable_mockModule('@node-rs/argon2', () => ({
  hash: async () => REAL,
  verify: async (stored: string) => {
    verified.push(stored);
    return false;
  },
}));
const { Passwords } = await import('./password.ts');
const { UserService } = await import('./user.service.ts');

const COST = '$argon2id$v=19$m=19456,t=2,p=1$';
const REAL = `${COST}${'B'.repeat(22)}$${'B'.repeat(43)}`;

/** Calls signIn on a service whose database has one account or none, and only what a failed sign-in needs. */
function signIn(account: { id: string; passwordHash: string } | null): Promise<unknown> {
  const parts = {
    passwords: new Passwords(),
    guard: { accountOf: async () => 'account', countAttempt: async () => 1, isNoteworthy: () => false },
  };
  const em = { findOne: async () => account, transactional: async () => undefined };
  const service = new UserService(parts as never);
  return service.signIn({ em, identity: { ip: '127.0.0.1' } } as never, { email: 'ada@example.org', password: 'wrong password' });
}

describe('UserService.signIn', () => {
  beforeEach(() => void verified.splice(0));

  // A different duration would reveal which accounts exist; tests/bench/refusals.bench.ts measures it.
  it.each([
    ['an unknown account', null],
    ['a wrong password', { id: 'ada', passwordHash: REAL }],
  ])('verifies exactly one hash of the full cost for %s', async (_what, account) => {
    await expect(signIn(account)).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS' });
    expect(verified.map((hash) => hash.slice(0, COST.length))).toEqual([COST]);
    expect(verified[0]).toHaveLength(REAL.length);
  });
});
