/** Counts events against a rate. One call both asks and counts. */
export interface Limits {
  /** Throws `Failure('RATE_LIMITED', { retryAfterSeconds })` when `key` has used up `rule`. */
  take(rule: LimitRule, key: string, points?: number): Promise<void>;
  /** Forgets what was counted, for instance after a successful sign-in. */
  reset(rule: LimitRule, key: string): Promise<void>;
  close(): Promise<void>;
}

export interface LimitRule {
  name: string;
  points: number;
  perSeconds: number;
}
