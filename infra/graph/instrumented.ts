import type { Source, SourceResult } from '../../schema/source.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Traces } from '../traces/traces.ts';

/** Measures fetches from a subgraph and propagates the trace context with the request. */
export function instrumentedSource(subgraph: string, source: Source, { metrics, traces }: { metrics: Metrics; traces: Traces }): Source {
  function fetch<T>(identity: { requestId: string }, ask: (traceparent: { traceparent?: string }) => Promise<T>): Promise<T> {
    const about = { kind: 'client', attributes: { subgraph, 'request.id': identity.requestId } } as const;
    return traces.span(`fetch ${subgraph}`, about, async ({ traceparent }) => {
      const began = performance.now();
      let outcome = 'failed';
      try {
        const answer = await ask(traceparent ? { traceparent } : {});
        outcome = 'answered';
        return answer;
      } finally {
        metrics.observe('parley_fetch_duration_seconds', (performance.now() - began) / 1000, { subgraph, outcome });
      }
    });
  }
  return {
    execute: (request, identity) => fetch(identity, (trace) => source.execute({ ...request, ...trace }, identity)),
    subscribe: (request, identity) => fetch(identity, (trace) => source.subscribe({ ...request, ...trace }, identity)),
  };
}

/** Traces a subgraph in its own process, within the trace of the request. */
export function tracedSource(subgraph: string, source: Source, traces: Traces): Source {
  return {
    execute({ traceparent, ...request }, identity) {
      const about = { kind: 'server', attributes: { subgraph, 'request.id': identity.requestId }, parent: traceparent } as const;
      return traces.span(`answer ${subgraph}`, about, async (span) => {
        const result = await source.execute(request, identity);
        failFrom(span, result);
        return result;
      });
    },
    subscribe({ traceparent, ...request }, identity) {
      const about = { kind: 'server', attributes: { subgraph, 'request.id': identity.requestId }, parent: traceparent } as const;
      return traces.span(`subscribe ${subgraph}`, about, async () => source.subscribe(request, identity));
    },
  };
}

function failFrom(span: { fail(code: string): void }, { errors }: SourceResult): void {
  const code = errors?.[0]?.extensions?.['code'];
  if (typeof code === 'string') span.fail(code);
}
