import type { Identity } from './viewer.ts';

/** The gateway's interface to one subgraph, in this process or another. All values are JSON. */
export interface Source {
  execute(request: SourceRequest, identity: Identity): Promise<SourceResult>;
  /** Returns a result if the subscription is rejected, else its events. `return()` ends the subgraph's work. */
  subscribe(request: SourceRequest, identity: Identity): Promise<AsyncIterableIterator<SourceResult> | SourceResult>;
}

export interface SourceRequest {
  query: string;
  variables?: Record<string, unknown>;
  operationName?: string;
  /** W3C Trace Context of the request. */
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
