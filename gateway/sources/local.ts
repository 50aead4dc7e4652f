import type { Source, SourceResult } from '../../schema/source.ts';
import { jsonRoundtrip } from './json-roundtrip.ts';

/**
 * Calls a subgraph in this process. Requests, results and events pass through JSON, so that nothing works here that would
 * fail with a remote subgraph.
 */
export function local(subgraph: Source): Source {
  return {
    async execute(request, identity) {
      return jsonRoundtrip(await subgraph.execute(jsonRoundtrip(request), jsonRoundtrip(identity)));
    },
    async subscribe(request, identity) {
      const events = await subgraph.subscribe(jsonRoundtrip(request), jsonRoundtrip(identity));
      return Symbol.asyncIterator in events ? eachOverTheWire(events) : jsonRoundtrip(events);
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
      return done ? { done: true, value: undefined } : { done: false, value: jsonRoundtrip(value) };
    },
    async return() {
      await events.return?.();
      return { done: true, value: undefined };
    },
  };
}
