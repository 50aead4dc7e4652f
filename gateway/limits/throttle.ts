import { valueFromASTUntyped, type FieldNode } from 'graphql';
import type { LimitRule, Limits } from '../../infra/limits/limits.ts';

/** Rate limits of sign-in, sign-up, refresh and operations. */
export interface Rates {
  /** Per client IP address. */
  signInPerAddress: LimitRule;
  /** Per e-mail address and IP address, so that an attacker elsewhere does not lock out the user. */
  signInPerAccount: LimitRule;
  /** Per e-mail address, against distributed password guessing. */
  signInPerAccountAnywhere: LimitRule;
  signUpPerAddress: LimitRule;
  refreshPerAddress: LimitRule;
  /** Points are the cost of operations; see cost.ts. */
  costPerViewer: LimitRule;
}

/** `attempts`: sign-ins per minute and IP address; sign-ups are limited to half of that. */
export function ratesFor(attempts: number): Rates {
  return {
    signInPerAddress: { name: 'sign-in-address', points: attempts, perSeconds: 60 },
    signInPerAccount: { name: 'sign-in-account', points: Math.ceil(attempts / 2), perSeconds: 60 },
    signInPerAccountAnywhere: { name: 'sign-in-account-anywhere', points: attempts * 5, perSeconds: 60 },
    signUpPerAddress: { name: 'sign-up-address', points: Math.ceil(attempts / 2), perSeconds: 60 },
    refreshPerAddress: { name: 'refresh-address', points: attempts * 6, perSeconds: 60 },
    costPerViewer: { name: 'cost-viewer', points: 300_000, perSeconds: 60 },
  };
}

/** Enforces the rate limits; throws `RATE_LIMITED`. */
export class Throttle {
  readonly #limits: Limits;
  readonly #rates: Rates;

  constructor(limits: Limits, rates: Rates) {
    this.#limits = limits;
    this.#rates = rates;
  }

  /** Counts each root field separately: a thousand aliases of `signIn` are a thousand attempts. */
  async countAttempts(rootFields: readonly FieldNode[], variables: Record<string, unknown>, ip: string): Promise<void> {
    const { signInPerAddress, signInPerAccount, signInPerAccountAnywhere, signUpPerAddress, refreshPerAddress } = this.#rates;
    for (const field of rootFields) {
      if (field.name.value === 'signUp') await this.#limits.take(signUpPerAddress, ip);
      if (field.name.value === 'refreshSession') await this.#limits.take(refreshPerAddress, ip);
      if (field.name.value !== 'signIn') continue;
      const account = accountOf(field, variables);
      await this.#limits.take(signInPerAddress, ip);
      await this.#limits.take(signInPerAccount, `${account} ${ip}`);
      await this.#limits.take(signInPerAccountAnywhere, account);
    }
  }

  /** Called before an operation. Throws if earlier operations have used up the budget of the minute. */
  async admit(userId: string): Promise<void> {
    await this.#limits.take(this.#rates.costPerViewer, userId);
  }

  /** Called after an operation with its cost. Exceeding the limit affects only the next request. */
  async charge(userId: string, cost: number): Promise<void> {
    if (cost > 1) await this.#limits.take(this.#rates.costPerViewer, userId, cost - 1).catch(() => undefined);
  }
}

function accountOf(field: FieldNode, variables: Record<string, unknown>): string {
  const input = field.arguments?.find(({ name }) => name.value === 'input')?.value;
  const { email } = ((input && valueFromASTUntyped(input, variables)) ?? {}) as { email?: unknown };
  return String(email).normalize('NFKC').trim().toLowerCase().slice(0, 320);
}
