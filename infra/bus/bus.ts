import type { Channel, Channels } from '../../schema/channels.ts';

/**
 * Pub/sub between processes: at most once, in order per publisher, to every subscriber of the key, including those in
 * the publisher's own process. Every adapter serialises payloads as JSON. A subscriber that throws affects neither
 * the publisher nor other subscribers.
 */
export interface Bus {
  open(): Promise<void>;
  close(): Promise<void>;
  /** Sends the message without waiting for delivery; it may be lost. */
  publish<C extends Channel>(channel: C, key: string, payload: Channels[C]): Promise<void>;
  /**
   * Publishes and resolves true once the message has reached every process whose epoch is later found continuous.
   * Resolves false, after one second at most, if the message may be lost.
   */
  publishConfirmed<C extends Channel>(channel: C, key: string, payload: Channels[C]): Promise<boolean>;
  /** Resolves once the subscription is confirmed. Returns an unsubscribe function for this subscriber. */
  subscribe<C extends Channel>(channel: C, key: string, listener: (payload: Channels[C]) => void): Promise<() => Promise<void>>;
  /** Returns the current subscription epoch. */
  currentEpoch(): Epoch;
  /** Notifies when delivery becomes unreliable (false) and reliable again (true). Returns an unsubscribe function. */
  onReliabilityChange(listener: (isReliable: boolean) => void): () => void;
}

/** A period in which this process's subscriptions receive every message. */
export interface Epoch {
  /**
   * Resolves true if no message was missed since the epoch began and everything confirmed before this call has been
   * delivered to its subscribers. Resolves false, after half a second at most, if that cannot be proved.
   */
  isContinuous(): Promise<boolean>;
}
