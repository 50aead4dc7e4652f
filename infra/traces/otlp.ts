import { context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Span as OpenSpan, type Tracer } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { Resource } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import type { About, Attributes, Span, Traces } from './traces.ts';

const KINDS = { server: SpanKind.SERVER, client: SpanKind.CLIENT };
const TRACEPARENT = /^00-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})$/;

export interface OtlpValues {
  /** URL of the collector, without `/v1/traces`. */
  endpoint: string;
  /** Service name of this process. */
  service: string;
}

/** Exports spans in batches to an OpenTelemetry collector. Spans are dropped while it is down. */
export class OtlpTraces implements Traces {
  readonly #provider: NodeTracerProvider;
  readonly #tracer: Tracer;

  constructor({ endpoint, service }: OtlpValues) {
    this.#provider = new NodeTracerProvider({
      resource: new Resource({ 'service.name': service }),
      spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url: `${endpoint}/v1/traces` }))],
    });
    this.#provider.register();
    this.#tracer = this.#provider.getTracer('parley');
  }

  span<T>(name: string, { kind, attributes, parent }: About, work: (span: Span) => Promise<T>): Promise<T> {
    const above = parent === undefined ? context.active() : contextOf(parent);
    return this.#tracer.startActiveSpan(name, { kind: KINDS[kind], attributes }, above, async (open) => {
      const span = new RunningSpan(open);
      try {
        return await work(span);
      } catch (error) {
        const { code } = error as { code?: unknown };
        span.fail(typeof code === 'string' ? code : 'INTERNAL');
        throw error;
      } finally {
        open.end();
      }
    });
  }

  async close(): Promise<void> {
    // An unavailable collector must not delay the exit.
    await this.#provider.shutdown().catch(() => {});
  }
}

class RunningSpan implements Span {
  readonly #open: OpenSpan;

  constructor(open: OpenSpan) {
    this.#open = open;
  }

  get traceparent(): string {
    const { traceId, spanId, traceFlags } = this.#open.spanContext();
    return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
  }

  set(attributes: Attributes): void {
    this.#open.setAttributes(attributes);
  }

  fail(code: string): void {
    this.#open.setStatus({ code: SpanStatusCode.ERROR, message: code });
  }
}

function contextOf(traceparent: string) {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(traceparent) ?? [];
  if (!traceId || !spanId || !flags) return ROOT_CONTEXT;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true });
}
