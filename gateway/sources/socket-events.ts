import type { Sink } from 'graphql-ws';
import { QueueStream } from '../../infra/async/iterators.ts';
import { Failure } from '../../schema/errors.ts';
import type { SourceError, SourceResult } from '../../schema/source.ts';
import { TransportError } from './transport-error.ts';

const MAX_WAITING = 1_000;

/**
 * Buffers the events of a socket, which cannot be paused, for a pulling reader. More than `MAX_WAITING` unread events end
 * the stream with `SLOW_CONSUMER`; a lost connection ends it with `TransportError`.
 */
export function socketEvents(subscribe: (sink: Sink<any>) => () => void): QueueStream<SourceResult> {
  const events = new QueueStream<SourceResult>({ max: MAX_WAITING, full: () => new Failure('SLOW_CONSUMER') });
  return events.onEnd(
    subscribe({
      next: (event) => events.push(event as SourceResult),
      error: (error) => {
        // An array of errors is the subgraph's response; anything else is a connection error.
        if (!Array.isArray(error)) return events.close({ error: new TransportError(false, { cause: error }) });
        events.push({ errors: error as SourceError[] });
        events.close();
      },
      complete: () => events.close(),
    }),
  );
}
