import type { Redis } from 'ioredis';
import { Failure } from '../../schema/errors.ts';
import type { Topic, Topics } from '../../schema/topics.ts';
import type { Log } from '../log.ts';
import type { Bus, Hearing } from './bus.ts';
import { SubscriptionMonitor } from './subscription-monitor.ts';

/** Messages on their way that Redis has not acknowledged; more are lost, so that a silent server costs no memory. */
const MAX_UNACKNOWLEDGED = 1_000;
/** Whoever wants to listen hears within this time whether it works. */
const LISTEN_MS = 2_000;

type Listener = (payload: never) => void;

interface Channel {
  listeners: Set<Listener>;
  /** Resolves once the server has confirmed the subscription. */
  confirmed: PromiseWithResolvers<void>;
}

/**
 * The bus between processes, by Redis pub/sub. While Redis is down messages are lost, as live topics may be, and
 * whoever listens hears again when it is back: the channels are kept here and subscribed to on each connection.
 */
export class RedisBus implements Bus {
  readonly #connect: (name: string) => Promise<Redis>;
  readonly #log: Log;
  readonly #channels = new Map<string, Channel>();
  readonly #ear: SubscriptionMonitor;
  #publisher: Redis | undefined;
  #subscriber: Redis | undefined;
  #prefix = '';
  #unacknowledged = 0;
  /** Since the last message that was not lost. */
  #lost = 0;

  /** `connect` gives a connection that mends itself and keeps no commands while it is down. */
  constructor(connect: (name: string) => Promise<Redis>, log: Log) {
    this.#connect = connect;
    this.#log = log;
    this.#ear = new SubscriptionMonitor(
      () => this.#subscriber!.ping(),
      () => this.#beginAnew(),
    );
  }

  async open(): Promise<void> {
    const publisher = await this.#connect('publisher');
    this.#publisher = publisher;
    // Channels are the whole server's, not the database's: two installations may share a server.
    this.#prefix = `parley:${publisher.options.db ?? 0}:`;
    const subscriber = await this.#connect('subscriber');
    this.#subscriber = subscriber;
    subscriber.on('message', (channel: string, text: string) => this.#deliver(channel, text));
    subscriber.on('close', () => this.#ear.end());
    subscriber.on('ready', () => void this.#resume());
    this.#ear.begin();
  }

  async close(): Promise<void> {
    this.#ear.close();
    this.#channels.clear();
    this.#publisher?.disconnect();
    this.#subscriber?.disconnect();
  }

  /** A slow Redis slows nobody down. */
  async publish<T extends Topic>(topic: T, key: string, payload: Topics[T]): Promise<void> {
    if (this.#unacknowledged >= MAX_UNACKNOWLEDGED) return this.#lose(topic);
    this.#unacknowledged += 1;
    void this.announce(topic, key, payload).finally(() => (this.#unacknowledged -= 1));
  }

  /** Acknowledged, the message is before anything that Redis answers later, on whatever connection. */
  async announce<T extends Topic>(topic: T, key: string, payload: Topics[T]): Promise<boolean> {
    const text = JSON.stringify(payload);
    try {
      await this.#publisher!.publish(this.#name(topic, key), text);
      this.#lost = 0;
      return true;
    } catch (error) {
      this.#lose(topic, error);
      return false;
    }
  }

  hearing(): Hearing {
    return this.#ear.hearing();
  }

  onHearing(listener: (isWhole: boolean) => void): () => void {
    return this.#ear.onHearing(listener);
  }

  /** Throws `DEPENDENCY_UNAVAILABLE` when Redis does not confirm in time. */
  async listen<T extends Topic>(topic: T, key: string, listener: (payload: Topics[T]) => void): Promise<() => Promise<void>> {
    const name = this.#name(topic, key);
    // Each listening is its own, even when one function listens twice.
    const own: Listener = (payload) => listener(payload);
    const channel = this.#join(name);
    channel.listeners.add(own);
    const leave = async () => this.#leave(name, channel, own);
    if (await isInTime(channel.confirmed.promise)) return leave;
    await leave();
    throw new Failure('DEPENDENCY_UNAVAILABLE', { reason: 'Live updates are not available.' });
  }

  #join(name: string): Channel {
    let channel = this.#channels.get(name);
    if (!channel) {
      channel = { listeners: new Set(), confirmed: Promise.withResolvers() };
      this.#channels.set(name, channel);
      void this.#subscribe([name]);
    }
    return channel;
  }

  #leave(name: string, channel: Channel, own: Listener): void {
    channel.listeners.delete(own);
    if (channel.listeners.size > 0 || this.#channels.get(name) !== channel) return;
    this.#channels.delete(name);
    if (this.#subscriber?.status !== 'ready') return;
    // One connection keeps the order: whoever joins anew meanwhile subscribes after this.
    this.#subscriber.unsubscribe(name).catch((error: unknown) => this.#log.debug({ err: error }, 'a topic could not be left'));
  }

  /** False when it failed. While Redis is down nothing happens here: all channels are subscribed to when it is back. */
  async #subscribe(names: string[]): Promise<boolean> {
    if (this.#subscriber?.status !== 'ready') return false;
    const channels = names.map((name) => this.#channels.get(name));
    try {
      if (names.length > 0) await this.#subscriber.subscribe(...names);
      channels.forEach((channel) => channel?.confirmed.resolve());
      return true;
    } catch (error) {
      this.#log.warn({ err: error }, 'live topics could not be subscribed to');
      // So that no listener is left deaf.
      this.#beginAnew();
      return false;
    }
  }

  /** Only what follows the confirmation of every channel is heard whole. */
  async #resume(): Promise<void> {
    if (await this.#subscribe([...this.#channels.keys()])) this.#ear.begin();
  }

  #beginAnew(): void {
    if (this.#subscriber?.status === 'ready') this.#subscriber.disconnect(true);
  }

  #deliver(name: string, text: string): void {
    for (const listener of [...(this.#channels.get(name)?.listeners ?? [])]) {
      try {
        listener(JSON.parse(text) as never);
      } catch (error) {
        this.#log.error({ err: error, channel: name }, 'a live message could not be delivered');
      }
    }
  }

  #lose(topic: Topic, error?: unknown): void {
    this.#lost += 1;
    if (this.#lost === 1) this.#log.warn({ err: error, topic }, 'live messages are being lost: Redis does not take them');
  }

  #name(topic: Topic, key: string): string {
    return `${this.#prefix}${topic}:${key}`;
  }
}

async function isInTime(confirmed: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), LISTEN_MS)));
  const inTime = await Promise.race([confirmed.then(() => true), late]);
  clearTimeout(timer);
  return inTime;
}
