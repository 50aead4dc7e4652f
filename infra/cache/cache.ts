/**
 * A cache of values that can be recomputed. A key identifies everything that its value depends on. Values may be stale
 * until they expire, so authorisation data must not be cached.
 */
export interface Cache {
  /**
   * Returns the cached value, or calls `factory` and caches its result as JSON for `seconds`. Concurrent callers, in all
   * processes, share one call of `factory` unless it takes seconds. Rejects only if `factory` does: an unavailable
   * cache behaves like an empty one.
   */
  getOrSet<T>(key: string, seconds: number, factory: () => Promise<T>): Promise<T>;
  /** Invalidates `key` in all reachable processes; others may serve it for up to 30 s. Never rejects. */
  delete(key: string): Promise<void>;
  close(): Promise<void>;
}
