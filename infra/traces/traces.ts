/** Where time goes, across processes: spans in the sense of OpenTelemetry, tied together by the W3C's `traceparent`. */
export interface Traces {
  /**
   * Runs `work` in a span: a child of `parent` where one is given, else of the span under way. Spans that begin within
   * `work` are its children. A rejection marks the span and is thrown on.
   */
  span<T>(name: string, about: About, work: (span: Span) => Promise<T>): Promise<T>;
  /** Sends what has not been sent yet. */
  close(): Promise<void>;
}

export interface About {
  kind: 'server' | 'client';
  attributes: Attributes;
  /** The `traceparent` that the caller sent; one that cannot be read is ignored. */
  parent?: string | undefined;
}

export type Attributes = Readonly<Record<string, string | number | boolean>>;

export interface Span {
  /** For whoever is asked within it; absent where no traces are made. */
  readonly traceparent: string | undefined;
  set(attributes: Attributes): void;
  /** `code` is one of `schema/errors.ts`. */
  fail(code: string): void;
}
