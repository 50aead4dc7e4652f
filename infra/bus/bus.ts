import type { Topic, Topics } from '../../schema/topics.ts';

/**
 * Live topics between processes: at most once, in order per publisher, to every listener of the key,
 * the publisher's own process included. Payloads are serialised as JSON by every adapter. A listener that
 * throws harms neither the publisher nor the others.
 */
export interface Bus {
  open(): Promise<void>;
  close(): Promise<void>;
  /** Hands the message over and waits for nothing; it may be lost. */
  publish<T extends Topic>(topic: T, key: string, payload: Topics[T]): Promise<void>;
  /**
   * Publishes, and resolves true once no hearing that is found unbroken afterwards, in whatever process, can be
   * without the message. False, after a second at most: it may be lost.
   */
  announce<T extends Topic>(topic: T, key: string, payload: Topics[T]): Promise<boolean>;
  /** Resolves once delivery is certain from then on; the result ends the listening of this one listener. */
  listen<T extends Topic>(topic: T, key: string, listener: (payload: Topics[T]) => void): Promise<() => Promise<void>>;
  /** How well this process hears from now on. */
  hearing(): Hearing;
  /** Calls back with false when messages begin to be missed here, and with true when all are heard again. The result ends it. */
  onHearing(listener: (isWhole: boolean) => void): () => void;
}

/** What was heard in this process since the hearing began. */
export interface Hearing {
  /**
   * Resolves true when nothing was missed since, and all that was announced before this call has reached its
   * listeners. False, after half a second at most, when that cannot be said.
   */
  isUnbroken(): Promise<boolean>;
}
