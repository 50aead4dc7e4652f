import type { Source, SourceResult } from '../../schema/source.ts';
import { overTheWire } from '../wire.ts';

/**
 * A subgraph in this process. Requests, results and events become JSON and are read again, so that nothing passes
 * here that another process would not receive.
 */
export function local(subgraph: Source): Source {
  return {
    async execute(request, identity) {
      return overTheWire(await subgraph.execute(overTheWire(request), overTheWire(identity)));
    },
    async subscribe(request, identity) {
      const events = await subgraph.subscribe(overTheWire(request), overTheWire(identity));
      return Symbol.asyncIterator in events ? eachOverTheWire(events) : overTheWire(events);
    },
  };
}

/** Not an async generator: its `return()` would wait for an event that may never come. */
function eachOverTheWire(events: AsyncIterator<SourceResult>): AsyncIterableIterator<SourceResult> {
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      const { done, value } = await events.next();
      return done ? { done: true, value: undefined } : { done: false, value: overTheWire(value) };
    },
    async return() {
      await events.return?.();
      return { done: true, value: undefined };
    },
  };
}
