import type { Redis } from 'ioredis';
import { Failure } from '../../schema/errors.ts';
import type { Topic, Topics } from '../../schema/topics.ts';
import type { Log } from '../log.ts';
import type { Bus } from './bus.ts';

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
  }

  async open(): Promise<void> {
    const publisher = await this.#connect('publisher');
    this.#publisher = publisher;
    // Channels are the whole server's, not the database's: two installations may share a server.
    this.#prefix = `parley:${publisher.options.db ?? 0}:`;
    const subscriber = await this.#connect('subscriber');
    this.#subscriber = subscriber;
    subscriber.on('message', (channel: string, text: string) => this.#deliver(channel, text));
    subscriber.on('ready', () => this.#subscribe([...this.#channels.keys()]));
  }

  async close(): Promise<void> {
    this.#channels.clear();
    this.#publisher?.disconnect();
    this.#subscriber?.disconnect();
  }

  /** Hands the message over and does not wait: a slow Redis slows nobody down. */
  async publish<T extends Topic>(topic: T, key: string, payload: Topics[T]): Promise<void> {
    const text = JSON.stringify(payload);
    if (!this.#publisher || this.#unacknowledged >= MAX_UNACKNOWLEDGED) return this.#lose(topic);
    this.#unacknowledged += 1;
    this.#publisher
      .publish(this.#name(topic, key), text)
      .then(
        () => (this.#lost = 0),
        (error: unknown) => this.#lose(topic, error),
      )
      .finally(() => (this.#unacknowledged -= 1));
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
      this.#subscribe([name]);
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

  /** While Redis is down nothing happens here: all channels are subscribed to when it is back. */
  #subscribe(names: string[]): void {
    if (names.length === 0 || this.#subscriber?.status !== 'ready') return;
    const subscriber = this.#subscriber;
    const channels = names.map((name) => this.#channels.get(name));
    subscriber.subscribe(...names).then(
      () => channels.forEach((channel) => channel?.confirmed.resolve()),
      (error: unknown) => {
        this.#log.warn({ err: error }, 'live topics could not be subscribed to');
        // Begins anew, so that no listener is left deaf.
        if (subscriber.status === 'ready') subscriber.disconnect(true);
      },
    );
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
