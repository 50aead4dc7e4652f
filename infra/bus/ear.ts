import type { Hearing } from './bus.ts';

/** So long a round trip may take. */
const PATIENCE_MS = 500;
/** So often a round trip is made although nobody asks: whoever only listens wants to know too. */
const BEAT_MS = 500;

const DEAF: Hearing = { isUnbroken: async () => false };

/**
 * Knows whether the connection that brings the messages has brought them all. A stretch of hearing begins when
 * every channel is subscribed to and ends with the connection; within it, a round trip proves that nothing sent
 * before is still on its way, for the server answers on one connection in one order.
 */
export class Ear {
  readonly #listeners = new Set<(isWhole: boolean) => void>();
  readonly #roundTrip: () => Promise<unknown>;
  readonly #lost: () => void;
  readonly #beat = setInterval(() => void this.hearing().isUnbroken(), BEAT_MS).unref();
  #stretch: Hearing | undefined;
  #running: Promise<boolean> = Promise.resolve(true);
  #next: Promise<boolean> | undefined;

  /** `lost` is called when a stretch has ended for want of an answer: the connection is of no use any more. */
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
      isUnbroken: async () => {
        if (this.#stretch !== stretch) return false;
        const isAnswered = await this.#prove();
        if (this.#stretch !== stretch) return false;
        if (!isAnswered) this.end(this.#lost);
        return isAnswered;
      },
    };
    this.#stretch = stretch;
    for (const listener of this.#listeners) listener(true);
  }

  end(then?: () => void): void {
    if (!this.#stretch) return;
    this.#stretch = undefined;
    then?.();
    for (const listener of this.#listeners) listener(false);
  }

  close(): void {
    clearInterval(this.#beat);
    this.#listeners.clear();
    this.#stretch = undefined;
  }

  /** One round trip at a time; who comes while it is under way shares the next, for this one may have set out too early. */
  #prove(): Promise<boolean> {
    this.#next ??= this.#running.then(() => {
      this.#next = undefined;
      return (this.#running = isAnswered(this.#roundTrip()));
    });
    return this.#next;
  }
}

async function isAnswered(roundTrip: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  // A process that was busy itself reads what has arrived meanwhile before it judges.
  const late = new Promise<boolean>((resolve) => (timer = setTimeout(() => setImmediate(resolve, false), PATIENCE_MS)));
  const inTime = await Promise.race([
    roundTrip.then(
      () => true,
      () => false,
    ),
    late,
  ]);
  clearTimeout(timer);
  return inTime;
}
