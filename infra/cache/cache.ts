/**
 * What may be computed again. A key names everything that its value depends on. A value may be as old as it may be
 * kept, so what somebody may see does not belong here.
 */
export interface Cache {
  /**
   * The value that is kept under `key`, or else what `make` gives, kept for so many seconds as JSON leaves it. Of
   * many askers at once, in all processes, one makes, unless that takes it seconds. Fails only as `make` does: a cache
   * that is away is an empty one.
   */
  remember<T>(key: string, seconds: number, make: () => Promise<T>): Promise<T>;
  /** Takes the value back, in every process that can be told; another keeps it for half a minute at most. Never fails. */
  forget(key: string): Promise<void>;
  close(): Promise<void>;
}
