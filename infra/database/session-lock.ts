interface Waiting {
  isExclusive: boolean;
  start: () => void;
}

/**
 * A shared/exclusive lock on the single session of the embedded engine, first in, first out. Calls `start`
 * synchronously when the lock is granted, so that no other statement runs between the grant and the first statement.
 */
export class SessionLock {
  readonly #waiting: Waiting[] = [];
  #isHeld = false;

  /** Starts as soon as the lock is not held exclusively. */
  acquireShared(start: () => void): void {
    this.#acquire({ isExclusive: false, start });
  }

  /** Starts with exclusive access, until `release` is called. */
  acquireExclusive(start: () => void): void {
    this.#acquire({ isExclusive: true, start });
  }

  release(): void {
    this.#isHeld = false;
    while (!this.#isHeld && this.#waiting.length > 0) this.#grant(this.#waiting.shift()!);
  }

  #acquire(waiting: Waiting): void {
    if (this.#isHeld || this.#waiting.length > 0) this.#waiting.push(waiting);
    else this.#grant(waiting);
  }

  #grant({ isExclusive, start }: Waiting): void {
    this.#isHeld = isExclusive;
    start();
  }
}
