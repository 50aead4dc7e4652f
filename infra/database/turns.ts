interface Waiting {
  isAlone: boolean;
  start: () => void;
}

/**
 * Who may use the one session of the embedded engine: statements beside each other, or one holder alone. First come,
 * first served; `start` is called within `enter` or `leave`, so that nothing comes between a turn and its first statement.
 */
export class Turns {
  readonly #waiting: Waiting[] = [];
  #isHeld = false;

  /** Starts as soon as nobody holds the session alone. */
  share(start: () => void): void {
    this.#enter({ isAlone: false, start });
  }

  /** Starts alone; the holder ends its turn by `leave`. */
  hold(start: () => void): void {
    this.#enter({ isAlone: true, start });
  }

  leave(): void {
    this.#isHeld = false;
    while (!this.#isHeld && this.#waiting.length > 0) this.#begin(this.#waiting.shift()!);
  }

  #enter(waiting: Waiting): void {
    if (this.#isHeld || this.#waiting.length > 0) this.#waiting.push(waiting);
    else this.#begin(waiting);
  }

  #begin({ isAlone, start }: Waiting): void {
    this.#isHeld = isAlone;
    start();
  }
}
