/** Distributed tracing with OpenTelemetry spans and W3C `traceparent` propagation. */
export interface Traces {
  /**
   * Runs `work` in a span, a child of `parent` or else of the current span. Spans started by `work` are its children. A
   * rejection marks the span as failed and is rethrown.
   */
  span<T>(name: string, about: About, work: (span: Span) => Promise<T>): Promise<T>;
  /** Flushes pending spans. */
  close(): Promise<void>;
}

export interface About {
  kind: 'server' | 'client';
  attributes: Attributes;
  /** The caller's `traceparent`; an invalid one is ignored. */
  parent?: string | undefined;
}

export type Attributes = Readonly<Record<string, string | number | boolean>>;

export interface Span {
  /** To be sent with requests within the span; undefined if tracing is off. */
  readonly traceparent: string | undefined;
  set(attributes: Attributes): void;
  /** Marks the span as failed; `code` is one of `schema/errors.ts`. */
  fail(code: string): void;
}
