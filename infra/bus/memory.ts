import type { Channel, Channels } from '../../schema/channels.ts';
import type { Log } from '../log.ts';
import type { Bus, Epoch } from './bus.ts';

type Listener = (payload: never) => void;

/** A bus within one process. Payloads are serialised as JSON so that code which works here also works over Redis. */
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

  async publish<C extends Channel>(channel: C, key: string, payload: Channels[C]): Promise<void> {
    const listeners = this.#listeners.get(`${channel}:${key}`);
    if (!listeners) return;
    const text = JSON.stringify(payload);
    for (const listener of [...listeners]) {
      try {
        listener(JSON.parse(text) as never);
      } catch (error) {
        this.#log.error({ err: error, channel }, 'a subscriber failed to handle a live message');
      }
    }
  }

  async publishConfirmed<C extends Channel>(channel: C, key: string, payload: Channels[C]): Promise<boolean> {
    await this.publish(channel, key, payload);
    return this.#isOpen;
  }

  async subscribe<C extends Channel>(channel: C, key: string, listener: (payload: Channels[C]) => void): Promise<() => Promise<void>> {
    const name = `${channel}:${key}`;
    // Wrapped, so that one function may subscribe twice.
    const entry: Listener = (payload) => listener(payload);
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(entry));
    return async () => {
      listeners.delete(entry);
      if (listeners.size === 0 && this.#listeners.get(name) === listeners) this.#listeners.delete(name);
    };
  }

  currentEpoch(): Epoch {
    return { isContinuous: async () => this.#isOpen };
  }

  onReliabilityChange(): () => void {
    return () => {};
  }
}
