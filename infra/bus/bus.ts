import type { Topic, Topics } from '../../schema/topics.ts';

/**
 * Live topics between processes: at most once, in order per publisher, to every listener of the key,
 * the publisher's own process included. Payloads are serialised as JSON by every adapter.
 */
export interface Bus {
  open(): Promise<void>;
  close(): Promise<void>;
  publish<T extends Topic>(topic: T, key: string, payload: Topics[T]): Promise<void>;
  /** Resolves once delivery is certain from then on; the result ends the listening of this one listener. */
  listen<T extends Topic>(topic: T, key: string, listener: (payload: Topics[T]) => void): Promise<() => Promise<void>>;
}
