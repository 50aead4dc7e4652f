import { Pulse } from '../../infra/async/pulse.ts';
import type { Bus } from '../../infra/bus/bus.ts';
import { newId } from '../../infra/id.ts';

/**
 * Counts the distinct people with an open socket or event stream in this process. Publishes the count for live figures: after
 * a change, at most once a second, and every five seconds.
 */
export class ConnectedPeople {
  readonly #process = newId();
  readonly #connections = new Map<string, number>();
  readonly #pulse = new Pulse();

  readonly #bus: Bus;

  constructor(bus: Bus) {
    this.#bus = bus;
  }

  open(): void {
    void this.#publishRepeatedly();
  }

  /** Adds a connection. Returns an idempotent function that removes it. */
  enter(userId: string): () => void {
    this.#count(userId, 1);
    let isHere = true;
    return () => {
      if (isHere) this.#count(userId, -1);
      isHere = false;
    };
  }

  /** Publishes zero. */
  async close(): Promise<void> {
    await this.#pulse.return();
    await this.#publish(0);
  }

  #count(userId: string, by: number): void {
    const before = this.#connections.size;
    const connections = (this.#connections.get(userId) ?? 0) + by;
    if (connections > 0) this.#connections.set(userId, connections);
    else this.#connections.delete(userId);
    if (this.#connections.size !== before) this.#pulse.stir();
  }

  async #publishRepeatedly(): Promise<void> {
    for await (const _ of this.#pulse) await this.#publish(this.#connections.size);
  }

  #publish(people: number): Promise<void> {
    return this.#bus.publish('people.connected', 'all', { process: this.#process, people });
  }
}
