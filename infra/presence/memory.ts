import type { Presence } from './presence.ts';
import { Visits } from './visits.ts';

/** The people who are connected to this process. */
export class MemoryPresence implements Presence {
  readonly #visits = new Visits();

  enter(userId: string): () => void {
    this.#visits.enter(userId);
    let isHere = true;
    return () => {
      if (isHere) this.#visits.leave(userId);
      isHere = false;
    };
  }

  async count(): Promise<number> {
    return this.#visits.people.length;
  }

  async close(): Promise<void> {}
}
