import { Failure } from '../../schema/errors.ts';

/** Limits open subscriptions per user, across all sockets and event streams of this process. */
export class StreamSlots {
  readonly #open = new Map<string, number>();

  readonly #perUser: number;

  constructor(perUser: number) {
    this.#perUser = perUser;
  }

  /** Open subscriptions of all users. */
  get size(): number {
    return [...this.#open.values()].reduce((sum, open) => sum + open, 0);
  }

  /** Takes a slot or throws `TOO_MANY_SUBSCRIPTIONS`. Returns an idempotent release function. */
  take(userId: string): () => void {
    const open = this.#open.get(userId) ?? 0;
    if (open >= this.#perUser) throw new Failure('TOO_MANY_SUBSCRIPTIONS', { limit: this.#perUser });
    this.#open.set(userId, open + 1);
    let isTaken = true;
    return () => {
      if (!isTaken) return;
      isTaken = false;
      const left = (this.#open.get(userId) ?? 1) - 1;
      if (left > 0) this.#open.set(userId, left);
      else this.#open.delete(userId);
    };
  }
}
