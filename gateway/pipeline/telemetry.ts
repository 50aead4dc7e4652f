import { AsyncLocalStorage } from 'node:async_hooks';
import { mapStream, type PullStream } from '../../infra/async/iterators.ts';
import type { Metrics } from '../../infra/metrics/metrics.ts';
import type { Span, Traces } from '../../infra/traces/traces.ts';
import type { AdmittedOperation, Answer } from './pipeline.ts';

/** Records metrics and traces of client operations. */
export class OperationTelemetry {
  readonly #parts: { metrics: Metrics; traces: Traces };

  constructor(parts: { metrics: Metrics; traces: Traces }) {
    this.#parts = parts;
  }

  /** Counts an operation that was not admitted, by error code; its kind may be unknown. */
  rejected(code: string): void {
    this.#parts.metrics.count('parley_operations_total', { kind: 'refused', outcome: code });
  }

  /** Runs `work` in a span. Later fetches of a stream's events also belong to that span. */
  async record<A extends Answer | PullStream<Answer>>(
    { request: { operation: node }, identity, traceparent: parent }: AdmittedOperation,
    work: () => Promise<A>,
  ): Promise<A> {
    const { metrics, traces } = this.#parts;
    const kind = node.operation;
    const attributes = { 'graphql.operation.name': node.name?.value ?? '', 'request.id': identity.requestId };
    return traces.span(`graphql ${kind}`, { kind: 'server', attributes, parent }, async (span) => {
      const began = performance.now();
      const answer = await work();
      const code = 'errors' in answer ? answer.errors?.[0]?.extensions.code : undefined;
      if (code) span.fail(code);
      metrics.count('parley_operations_total', { kind, outcome: code ?? 'OK' });
      metrics.observe('parley_operation_duration_seconds', (performance.now() - began) / 1000, { kind });
      return within(span, answer);
    });
  }
}

function within<A extends Answer | PullStream<Answer>>({ traceparent }: Span, answer: A): A {
  if (!traceparent || !(Symbol.asyncIterator in answer)) return answer;
  const events: PullStream<Answer> = answer;
  const source = { next: AsyncLocalStorage.bind(() => events.next()), return: () => events.return() };
  return mapStream(source, (event: Answer) => event) as PullStream<Answer> as A;
}
