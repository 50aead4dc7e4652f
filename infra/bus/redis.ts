import type { Redis } from 'ioredis';
import { Failure } from '../../schema/errors.ts';
import type { Channel, Channels } from '../../schema/channels.ts';
import type { Log } from '../log.ts';
import type { Bus, Epoch } from './bus.ts';
import { SubscriptionMonitor } from './subscription-monitor.ts';
import { withTimeout } from '../async/timeout.ts';

/** Unacknowledged messages in flight; further ones are dropped, so that an unresponsive server costs no memory. */
const MAX_UNACKNOWLEDGED = 1_000;
/** Timeout of a subscription's confirmation. */
const SUBSCRIBE_MS = 2_000;

type Listener = (payload: never) => void;

interface Subscription {
  listeners: Set<Listener>;
  /** Resolves once the server has confirmed the subscription. */
  confirmed: PromiseWithResolvers<void>;
}

/**
 * A bus between processes over Redis pub/sub. Messages are lost while Redis is down. Subscriptions survive: they are
 * kept here and renewed on each connection.
 */
export class RedisBus implements Bus {
  readonly #connect: (name: string) => Promise<Redis>;
  readonly #log: Log;
  readonly #subscriptions = new Map<string, Subscription>();
  readonly #monitor: SubscriptionMonitor;
  #publisher: Redis | undefined;
  #subscriber: Redis | undefined;
  #prefix = '';
  #unacknowledged = 0;
  /** Messages lost since the last acknowledged one. */
  #lost = 0;

  /** `connect` opens a connection that reconnects automatically and queues no commands while it is down. */
  constructor(connect: (name: string) => Promise<Redis>, log: Log) {
    this.#connect = connect;
    this.#log = log;
    this.#monitor = new SubscriptionMonitor(
      () => this.#subscriber!.ping(),
      () => this.#reconnect(),
    );
  }

  async open(): Promise<void> {
    const publisher = await this.#connect('publisher');
    this.#publisher = publisher;
    // Redis channels belong to the whole server, not to a database, and two installations may share a server.
    this.#prefix = `parley:${publisher.options.db ?? 0}:`;
    const subscriber = await this.#connect('subscriber');
    this.#subscriber = subscriber;
    subscriber.on('message', (channel: string, text: string) => this.#deliver(channel, text));
    subscriber.on('close', () => this.#monitor.end());
    subscriber.on('ready', () => void this.#resume());
    this.#monitor.begin();
  }

  async close(): Promise<void> {
    this.#monitor.close();
    this.#subscriptions.clear();
    this.#publisher?.disconnect();
    this.#subscriber?.disconnect();
  }

  /** Does not wait for Redis, so a slow server does not slow callers. */
  async publish<C extends Channel>(channel: C, key: string, payload: Channels[C]): Promise<void> {
    if (this.#unacknowledged >= MAX_UNACKNOWLEDGED) return this.#countLost(channel);
    this.#unacknowledged += 1;
    void this.publishConfirmed(channel, key, payload).finally(() => (this.#unacknowledged -= 1));
  }

  /** An acknowledged message precedes anything that Redis answers later, on any connection. */
  async publishConfirmed<C extends Channel>(channel: C, key: string, payload: Channels[C]): Promise<boolean> {
    const text = JSON.stringify(payload);
    try {
      await this.#publisher!.publish(this.#name(channel, key), text);
      this.#lost = 0;
      return true;
    } catch (error) {
      this.#countLost(channel, error);
      return false;
    }
  }

  currentEpoch(): Epoch {
    return this.#monitor.currentEpoch();
  }

  onReliabilityChange(listener: (isReliable: boolean) => void): () => void {
    return this.#monitor.onReliabilityChange(listener);
  }

  /** Throws `DEPENDENCY_UNAVAILABLE` when Redis does not confirm in time. */
  async subscribe<C extends Channel>(channel: C, key: string, listener: (payload: Channels[C]) => void): Promise<() => Promise<void>> {
    const name = this.#name(channel, key);
    // Wrapped, so that one function may subscribe twice.
    const entry: Listener = (payload) => listener(payload);
    const subscription = this.#join(name);
    subscription.listeners.add(entry);
    const unsubscribe = async () => this.#leave(name, subscription, entry);
    if (
      await withTimeout(
        subscription.confirmed.promise.then(() => true),
        SUBSCRIBE_MS,
        false,
      )
    )
      return unsubscribe;
    await unsubscribe();
    throw new Failure('DEPENDENCY_UNAVAILABLE', { reason: 'Live updates are not available.' });
  }

  #join(name: string): Subscription {
    let subscription = this.#subscriptions.get(name);
    if (!subscription) {
      subscription = { listeners: new Set(), confirmed: Promise.withResolvers() };
      this.#subscriptions.set(name, subscription);
      void this.#subscribe([name]);
    }
    return subscription;
  }

  #leave(name: string, subscription: Subscription, entry: Listener): void {
    subscription.listeners.delete(entry);
    if (subscription.listeners.size > 0 || this.#subscriptions.get(name) !== subscription) return;
    this.#subscriptions.delete(name);
    if (this.#subscriber?.status !== 'ready') return;
    // A connection keeps its order, so a new SUBSCRIBE for the same name takes effect after this.
    this.#subscriber.unsubscribe(name).catch((error: unknown) => this.#log.debug({ err: error }, 'cannot unsubscribe from a channel'));
  }

  /** Returns false on failure. Does nothing while Redis is down: all channels are subscribed to after reconnecting. */
  async #subscribe(names: string[]): Promise<boolean> {
    if (this.#subscriber?.status !== 'ready') return false;
    const subscriptions = names.map((name) => this.#subscriptions.get(name));
    try {
      if (names.length > 0) await this.#subscriber.subscribe(...names);
      subscriptions.forEach((subscription) => subscription?.confirmed.resolve());
      return true;
    } catch (error) {
      this.#log.warn({ err: error }, 'cannot subscribe to live channels');
      // Reconnecting subscribes to all of them again.
      this.#reconnect();
      return false;
    }
  }

  /** Begins an epoch once every channel is confirmed. */
  async #resume(): Promise<void> {
    if (await this.#subscribe([...this.#subscriptions.keys()])) this.#monitor.begin();
  }

  #reconnect(): void {
    if (this.#subscriber?.status === 'ready') this.#subscriber.disconnect(true);
  }

  #deliver(name: string, text: string): void {
    for (const listener of [...(this.#subscriptions.get(name)?.listeners ?? [])]) {
      try {
        listener(JSON.parse(text) as never);
      } catch (error) {
        this.#log.error({ err: error, channel: name }, 'a subscriber failed to handle a live message');
      }
    }
  }

  #countLost(channel: Channel, error?: unknown): void {
    this.#lost += 1;
    if (this.#lost === 1) this.#log.warn({ err: error, channel }, 'live messages are lost: Redis does not accept them');
  }

  #name(channel: Channel, key: string): string {
    return `${this.#prefix}${channel}:${key}`;
  }
}
