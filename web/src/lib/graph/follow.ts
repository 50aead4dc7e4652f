import { stringifyDocument, type TypedDocumentNode } from '@urql/core';
import { refreshSession } from '#lib/users/session.ts';
import { failureOf, GraphFailure, unreachable, type GraphError } from './failure.ts';
import { isClose, needsToken, socket } from './socket.ts';

const AGAIN_MS = 1_000;
/** Minimum interval between token refreshes, in case a new token is rejected at once. */
const RENEW_PAUSE_MS = 5_000;
const AGAIN_AFTER = new Set(['SLOW_CONSUMER', 'SHUTTING_DOWN', 'DEPENDENCY_UNAVAILABLE', 'TOO_MANY_SUBSCRIPTIONS', 'RATE_LIMITED']);

export interface Reader<Data> {
  next(data: Data): void;
  /** Called after the last retry. */
  failed?(failure: GraphFailure): void;
  /** The server has completed the subscription. */
  ended?(): void;
}

/**
 * Follows a subscription through lost connections, expired tokens and restarts. Each time it subscribes again with the
 * current `variables`, so a reader that stores its cursor there neither misses nor repeats an event. Returns a stop function.
 */
export function follow<Data, Variables extends Record<string, unknown>>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  reader: Reader<Data>,
): () => void {
  return followText({ query: stringifyDocument(document), variables }, reader);
}

/** The same for a document that is already text. */
export function followText<Data>(payload: { query: string; variables: Record<string, unknown> }, reader: Reader<Data>): () => void {
  let stopped = false;
  let renewedAt = -Infinity;
  let unsubscribe = () => {};

  const again = (ms: number) => setTimeout(() => !stopped && open(), ms);
  const fail = (failure: GraphFailure) => {
    if (stopped) return;
    stopped = true;
    reader.failed?.(failure);
  };
  const renew = () => {
    const wait = performance.now() - renewedAt < RENEW_PAUSE_MS ? RENEW_PAUSE_MS : 0;
    renewedAt = performance.now();
    return refreshSession().then(
      () => again(wait),
      (cause: unknown) => (cause instanceof GraphFailure && cause.endsSession ? fail(cause) : again(AGAIN_MS)),
    );
  };

  function refused(cause: unknown): void {
    if (stopped) return;
    if (isClose(cause)) return void (needsToken(cause) ? renew() : again(AGAIN_MS));
    if (!Array.isArray(cause)) return fail(unreachable(cause));
    const failure = failureOf(cause as GraphError[]);
    if (failure.endsSession) return void renew().then(() => socket.terminate());
    if (AGAIN_AFTER.has(failure.code)) return void again(AGAIN_MS);
    fail(failure);
  }

  function open(): void {
    unsubscribe = socket.subscribe<Data>(payload, {
      next: ({ data, errors }) => {
        if (stopped) return;
        if (data) reader.next(data);
        else if (errors) refused(errors);
      },
      error: refused,
      complete: () => {
        if (stopped) return;
        stopped = true;
        reader.ended?.();
      },
    });
  }

  open();
  return () => {
    stopped = true;
    unsubscribe();
  };
}
