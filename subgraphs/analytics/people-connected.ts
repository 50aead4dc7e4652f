import type { Bus, Epoch } from '../../infra/bus/bus.ts';

/** Longer than the interval at which each gateway process publishes its count. */
const PERIOD_MS = 6_000;
const FORGET_MS = 30_000;

/** Sums the latest counts of all gateway processes. One that is silent for 30 s has died. */
export class PeopleConnected {
  readonly #latest = new Map<string, { people: number; at: number }>();
  /** The period in which every count has arrived here. */
  #complete: { epoch: Epoch; since: number } | undefined;
  #subscription: Promise<(() => Promise<void>) | undefined> | undefined;

  readonly #bus: Bus;
  readonly #now: () => number;

  constructor(bus: Bus, now: () => number = () => performance.now()) {
    this.#bus = bus;
    this.#now = now;
  }

  /** Begins to listen. Returns a stop function. */
  watch(): () => void {
    const stopWaiting = this.#bus.onReliabilityChange((isReliable) => (isReliable ? void this.#begin() : (this.#complete = undefined)));
    void this.#begin();
    return () => {
      stopWaiting();
      void this.#subscription?.then((unsubscribe) => unsubscribe?.());
    };
  }

  /** Returns null if a count may be missing: the bus lost messages, or not every process has published yet. */
  async sum(): Promise<number | null> {
    const complete = this.#complete;
    if (!complete || this.#now() - complete.since < PERIOD_MS || !(await complete.epoch.isContinuous())) return null;
    for (const [process, { at }] of this.#latest) if (this.#now() - at > FORGET_MS) this.#latest.delete(process);
    return this.#latest.values().reduce((sum, { people }) => sum + people, 0);
  }

  async #begin(): Promise<void> {
    this.#subscription ??= this.#bus
      .subscribe('people.connected', 'all', ({ process, people }) => this.#latest.set(process, { people, at: this.#now() }))
      // Repeated when the bus is reliable again.
      .catch(() => (this.#subscription = undefined));
    if (await this.#subscription) this.#complete = { epoch: this.#bus.currentEpoch(), since: this.#now() };
  }
}
