import type { Topic, Topics } from '../../schema/topics.ts';
import type { Log } from '../log.ts';
import type { Bus, Hearing } from './bus.ts';

type Listener = (payload: never) => void;

/** The bus within one process. Payloads pass as JSON all the same, so nothing works here that Redis would lose. */
export class MemoryBus implements Bus {
  readonly #log: Log;
  readonly #listeners = new Map<string, Set<Listener>>();
  #isOpen = true;

  constructor(log: Log) {
    this.#log = log;
  }

  async open(): Promise<void> {}

  async close(): Promise<void> {
    this.#isOpen = false;
    this.#listeners.clear();
  }

  async publish<T extends Topic>(topic: T, key: string, payload: Topics[T]): Promise<void> {
    const listeners = this.#listeners.get(`${topic}:${key}`);
    if (!listeners) return;
    const text = JSON.stringify(payload);
    for (const listener of [...listeners]) {
      try {
        listener(JSON.parse(text) as never);
      } catch (error) {
        this.#log.error({ err: error, topic }, 'a live message could not be delivered');
      }
    }
  }

  async announce<T extends Topic>(topic: T, key: string, payload: Topics[T]): Promise<boolean> {
    await this.publish(topic, key, payload);
    return this.#isOpen;
  }

  async listen<T extends Topic>(topic: T, key: string, listener: (payload: Topics[T]) => void): Promise<() => Promise<void>> {
    const channel = `${topic}:${key}`;
    // Each listening is its own, even when one function listens twice.
    const own: Listener = (payload) => listener(payload);
    const listeners = this.#listeners.get(channel) ?? new Set();
    this.#listeners.set(channel, listeners.add(own));
    return async () => {
      listeners.delete(own);
      if (listeners.size === 0 && this.#listeners.get(channel) === listeners) this.#listeners.delete(channel);
    };
  }

  hearing(): Hearing {
    return { isUnbroken: async () => this.#isOpen };
  }

  onHearing(): () => void {
    return () => {};
  }
}
