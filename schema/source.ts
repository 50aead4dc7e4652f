import type { Identity } from './viewer.ts';

/** One subgraph as the gateway sees it, in this process or in another. Everything that passes is JSON. */
export interface Source {
  execute(request: SourceRequest, identity: Identity): Promise<SourceResult>;
  /** A refusal is a result; otherwise events follow, and `return()` ends the subgraph's work. */
  subscribe(request: SourceRequest, identity: Identity): Promise<AsyncIterableIterator<SourceResult> | SourceResult>;
}

export interface SourceRequest {
  query: string;
  variables?: Record<string, unknown>;
  operationName?: string;
  /** The trace that the request belongs to, as the W3C writes it. */
  traceparent?: string;
}

export interface SourceResult {
  data?: Record<string, any> | null;
  errors?: SourceError[];
}

export interface SourceError {
  message: string;
  path?: (string | number)[];
  extensions?: Record<string, unknown>;
}
