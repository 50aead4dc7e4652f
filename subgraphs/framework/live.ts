import type { Bus } from '../../infra/bus/bus.ts';
import { Failure } from '../../schema/errors.ts';
import type { Channel, Channels } from '../../schema/channels.ts';

const MAX_WAITING = 1000;

/**
 * Iterates over the messages of a channel, for a subscription's `subscribe`. `return()` resolves at once; that of an
 * async generator would wait for a pending `next()`. A reader that falls `MAX_WAITING` behind is closed.
 */
export async function liveMessages<T extends Channel>(bus: Bus, channel: T, key: string): Promise<AsyncIterableIterator<Channels[T]>> {
  const waiting: Channels[T][] = [];
  let wake: (() => void) | undefined;
  let ended = false;
  let overrun = false;

  const stop = await bus.subscribe(channel, key, (message) => {
    if (waiting.length >= MAX_WAITING) overrun = true;
    else waiting.push(message);
    wake?.();
  });

  async function end(): Promise<IteratorResult<Channels[T]>> {
    ended = true;
    wake?.();
    await stop();
    return { done: true, value: undefined };
  }

  const messages: AsyncIterableIterator<Channels[T]> = {
    [Symbol.asyncIterator]() {
      return messages;
    },
    async next() {
      for (;;) {
        const message = waiting.shift();
        if (message !== undefined) return { done: false, value: message };
        if (ended) return { done: true, value: undefined };
        if (overrun) {
          await end();
          throw new Failure('SLOW_CONSUMER');
        }
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
    return: end,
  };
  return messages;
}

/** Maps each message to the payload of a subscription and skips null. Ends with the messages. */
export function mapLive<M, V>(messages: AsyncIterableIterator<M>, map: (message: M) => Promise<V | null>): AsyncIterableIterator<V> {
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      for (;;) {
        const message = await messages.next();
        if (message.done) return { done: true, value: undefined };
        const value = await map(message.value);
        if (value !== null) return { done: false, value };
      }
    },
    async return() {
      await messages.return?.();
      return { done: true, value: undefined };
    },
  };
}
