/**
 * What may be computed again. Nothing is ever taken back, so a key names everything that its value depends on: a
 * value that could become wrong, such as what somebody may see, does not belong here.
 */
export interface Cache {
  /**
   * The value that is kept under `key`, or else what `make` gives, kept for so many seconds as JSON leaves it. Of
   * many askers in one process at once, one makes. Fails only as `make` does: a cache that is away is an empty one.
   */
  remember<T>(key: string, seconds: number, make: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}
