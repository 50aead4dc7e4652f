/** Rate limits. */
export interface Limits {
  /** Consumes points of `key`. Throws `Failure('RATE_LIMITED', { retryAfterSeconds })` when the limit is exceeded. */
  take(rule: LimitRule, key: string, points?: number): Promise<void>;
  /** Resets the counter of `key`, for example after a successful sign-in. */
  reset(rule: LimitRule, key: string): Promise<void>;
  close(): Promise<void>;
}

export interface LimitRule {
  name: string;
  points: number;
  perSeconds: number;
}
