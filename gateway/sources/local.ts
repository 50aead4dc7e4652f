import { mapStream } from '../../infra/async/iterators.ts';
import type { Source } from '../../schema/source.ts';
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
      return Symbol.asyncIterator in events ? mapStream(events, jsonRoundtrip) : jsonRoundtrip(events);
    },
  };
}
