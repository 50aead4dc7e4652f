import { Failure } from '../../schema/errors.ts';

export interface BreakerLimits {
  /** Consecutive failures … */
  failures: number;
  /** … within this time that open the breaker. */
  withinMs: number;
  /** Time in milliseconds before a half-open trial call. */
  restMs: number;
}

const LIMITS: BreakerLimits = { failures: 5, withinMs: 30_000, restMs: 10_000 };

/** A circuit breaker: calls fail fast while the provider is down. */
export class Breaker {
  #failedAt: number[] = [];
  #openUntil = 0;
  #trial = false;

  readonly #limits: BreakerLimits;
  readonly #now: () => number;

  constructor(limits: BreakerLimits = LIMITS, now: () => number = () => performance.now()) {
    this.#limits = limits;
    this.#now = now;
  }

  /** Throws `PROVIDER_UNAVAILABLE` while the breaker is open. The caller must report the outcome. */
  enter(): void {
    if (this.#openUntil === 0) return;
    const restMs = this.#openUntil - this.#now();
    if (restMs > 0 || this.#trial) throw resting(Math.max(restMs, 1000));
    this.#trial = true;
  }

  succeeded(): void {
    this.#failedAt = [];
    this.#openUntil = 0;
    this.#trial = false;
  }

  failed(): void {
    const now = this.#now();
    this.#failedAt = [...this.#failedAt.filter((at) => now - at < this.#limits.withinMs), now].slice(-this.#limits.failures);
    if (this.#trial || this.#failedAt.length >= this.#limits.failures) this.#openUntil = now + this.#limits.restMs;
    this.#trial = false;
  }

  /** Reports a call without information about the provider's health: it was aborted, or the request was invalid. */
  left(): void {
    this.#trial = false;
  }
}

function resting(restMs: number): Failure {
  const retryAfterSeconds = Math.ceil(restMs / 1000);
  return new Failure('PROVIDER_UNAVAILABLE', {
    reason: `The model provider failed several times in a row. Try again in ${retryAfterSeconds} s.`,
    retryAfterSeconds,
  });
}
