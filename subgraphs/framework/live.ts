import { QueueStream } from '../../infra/async/iterators.ts';
import type { Bus } from '../../infra/bus/bus.ts';
import { Failure } from '../../schema/errors.ts';
import type { Channel, Channels } from '../../schema/channels.ts';

const MAX_WAITING = 1000;

/** The messages of a channel, for a subscription's `subscribe`. A reader that falls `MAX_WAITING` behind is closed. */
export async function liveMessages<T extends Channel>(bus: Bus, channel: T, key: string): Promise<QueueStream<Channels[T]>> {
  const messages = new QueueStream<Channels[T]>({ max: MAX_WAITING, full: () => new Failure('SLOW_CONSUMER') });
  return messages.onEnd(await bus.subscribe(channel, key, (message) => messages.push(message)));
}
