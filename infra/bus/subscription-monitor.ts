import type { Hearing } from './bus.ts';

/** So long whoever asks waits for a round trip. */
const PATIENCE_MS = 500;
/** So often a round trip is made although nobody asks: whoever only listens wants to know too. */
const BEAT_MS = 500;

const DEAF: Hearing = { isUnbroken: async () => false };

/**
 * Knows whether the connection that brings the messages has brought them all. A stretch of hearing begins when
 * every channel is subscribed to and ends with the connection; within it, a round trip proves that nothing sent
 * before is still on its way, for the server answers on one connection in one order.
 */
export class SubscriptionMonitor {
  readonly #listeners = new Set<(isWhole: boolean) => void>();
  readonly #roundTrip: () => Promise<unknown>;
  readonly #lost: () => void;
  readonly #beat = setInterval(() => void this.hearing().isUnbroken(), BEAT_MS).unref();
  #stretch: Hearing | undefined;
  #running: Promise<unknown> = Promise.resolve();
  #next: Promise<boolean> | undefined;
  #isOverdue = false;

  /** `lost` is called when a round trip has failed: the connection is of no use any more. */
  constructor(roundTrip: () => Promise<unknown>, lost: () => void) {
    this.#roundTrip = roundTrip;
    this.#lost = lost;
  }

  hearing(): Hearing {
    return this.#stretch ?? DEAF;
  }

  onHearing(listener: (isWhole: boolean) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  begin(): void {
    const stretch: Hearing = {
      isUnbroken: async () => this.#stretch === stretch && (await this.#isProved()) && this.#stretch === stretch,
    };
    this.#stretch = stretch;
    for (const listener of this.#listeners) listener(true);
  }

  end(): void {
    if (!this.#stretch) return;
    this.#stretch = undefined;
    for (const listener of this.#listeners) listener(false);
  }

  close(): void {
    clearInterval(this.#beat);
    this.#listeners.clear();
    this.#stretch = undefined;
  }

  /** Waits for `PATIENCE_MS` at most, and for nothing while an earlier round trip is overdue: it may come, or fail. */
  async #isProved(): Promise<boolean> {
    if (this.#isOverdue) return false;
    const proof = this.#prove();
    let timer: NodeJS.Timeout | undefined;
    // A process that was busy itself reads what has arrived meanwhile before it judges.
    const late = new Promise<'late'>((resolve) => (timer = setTimeout(() => setImmediate(resolve, 'late'), PATIENCE_MS)));
    const outcome = await Promise.race([proof, late]);
    clearTimeout(timer);
    if (outcome !== 'late') return outcome;
    this.#isOverdue = true;
    void proof.then(() => (this.#isOverdue = false));
    return false;
  }

  /** One round trip at a time; who comes while it is under way shares the next, for this one may have set out too early. */
  #prove(): Promise<boolean> {
    this.#next ??= this.#running.then(() => {
      this.#next = undefined;
      const stretch = this.#stretch;
      const proof = this.#roundTrip().then(
        () => true,
        () => {
          // Of a connection that was replaced meanwhile this says nothing.
          if (stretch !== undefined && stretch === this.#stretch) {
            this.end();
            this.#lost();
          }
          return false;
        },
      );
      this.#running = proof;
      return proof;
    });
    return this.#next;
  }
}
