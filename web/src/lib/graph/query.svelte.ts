import type { AnyVariables, RequestPolicy, TypedDocumentNode } from '@urql/core';
import { untrack } from 'svelte';
import { client, graphFailure } from './client.ts';
import type { GraphFailure } from './failure.ts';

interface Options {
  requestPolicy?: RequestPolicy;
  /**
   * Identifies the subject of the data. While it is equal, the previous data is shown until the next arrives, so that
   * filters and pages do not flicker; when it changes, the data is cleared immediately.
   */
  about?: () => unknown;
}

/** Runs a query again whenever its variables change. Create it during the set-up of a component. */
class Query<Data, Variables extends AnyVariables> {
  data = $state.raw<Data>();
  /** Set together with `data` when only a part of the answer failed. */
  error = $state.raw<GraphFailure>();
  loading = $state(true);
  #round = $state(0);
  #about: unknown;
  #again = false;

  constructor(document: TypedDocumentNode<Data, Variables>, variables: () => Variables | false, options: Options) {
    $effect(() => {
      void this.#round;
      const about = options.about?.();
      const given = variables();
      return untrack(() => this.#read(document, given, about, options.requestPolicy));
    });
  }

  /** Reloads from the server; the data stays until the response arrives. */
  reload = (): void => {
    this.#again = true;
    this.#round += 1;
  };

  #read(
    document: TypedDocumentNode<Data, Variables>,
    given: Variables | false,
    about: unknown,
    policy: RequestPolicy = 'cache-and-network',
  ) {
    if (about !== this.#about) this.data = undefined;
    this.#about = about;
    this.loading = given !== false;
    if (given === false) return;
    const requestPolicy = this.#again ? 'network-only' : policy;
    this.#again = false;
    const { unsubscribe } = client.query(document, given, { requestPolicy }).subscribe((result) => {
      if (result.data || !result.error) this.data = result.data;
      this.error = result.error ? graphFailure(result.error) : undefined;
      this.loading = result.stale && !result.data;
    });
    return unsubscribe;
  }
}

/** `variables` may give `false` to wait. */
export function useQuery<Data, Variables extends AnyVariables>(
  document: TypedDocumentNode<Data, Variables>,
  variables: () => Variables | false,
  options: Options = {},
): Query<Data, Variables> {
  return new Query(document, variables, options);
}

/** A subscription with infrequent events, whose entities also update the cache. Runs use `follow` instead. */
export function useSubscription<Data, Variables extends Record<string, unknown>>(
  document: TypedDocumentNode<Data, Variables>,
  variables: () => Variables | false,
  next: (data: Data) => void,
): void {
  $effect(() => {
    const given = variables();
    if (given === false) return;
    const { unsubscribe } = client.subscription(document, given).subscribe(({ data }) => {
      if (data) untrack(() => next(data));
    });
    return unsubscribe;
  });
}
