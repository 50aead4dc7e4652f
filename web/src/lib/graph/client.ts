import {
  Client,
  fetchExchange,
  subscriptionExchange,
  type AnyVariables,
  type CombinedError,
  type OperationResult,
  type RequestPolicy,
  type TypedDocumentNode,
} from '@urql/core';
import { authExchange } from '@urql/exchange-auth';
import { isFresh, isSignedIn, refreshSession } from '#lib/users/session.ts';
import { graphCache } from './cache.ts';
import { fetchPreloaded } from './preload.ts';
import { failureOf, unreachable, type GraphError, type GraphFailure } from './failure.ts';
import { followText } from './follow.ts';

/** Refreshes by a plain request, because a request through this client would wait for itself. */
const auth = authExchange(async () => ({
  addAuthToOperation: (operation) => operation,
  willAuthError: () => isSignedIn() && !isFresh(),
  didAuthError: (error) => graphFailure(error).endsSession,
  refreshAuth: () => refreshSession().catch(() => undefined),
}));

export const client = new Client({
  url: '/graphql',
  preferGetMethod: false,
  fetch: fetchPreloaded,
  fetchOptions: { headers: { 'x-parley-client': 'web' }, credentials: 'same-origin' },
  exchanges: [
    graphCache(),
    auth,
    fetchExchange,
    subscriptionExchange({
      forwardSubscription: ({ query, variables }) => ({
        subscribe: ({ next, error, complete }) => ({
          unsubscribe: followText<Record<string, unknown>>(
            { query: query ?? '', variables: (variables ?? {}) as Record<string, unknown> },
            { next: (data) => next({ data }), failed: error, ended: complete },
          ),
        }),
      }),
    }),
  ],
});

/** Runs a query once. Throws a GraphFailure if the response has no data; partial data is returned. */
export async function fetchQuery<Data, Variables extends AnyVariables>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  requestPolicy: RequestPolicy = 'network-only',
): Promise<Data> {
  const { data, error } = await client.query(document, variables, { requestPolicy }).toPromise();
  if (data) return data;
  throw failure(error);
}

/** Runs a mutation. Partial data counts as success, since the change was made. */
export async function mutate<Data, Variables extends AnyVariables>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
): Promise<Data> {
  const { data, error }: OperationResult<Data, Variables> = await client.mutation(document, variables).toPromise();
  if (data) return data;
  throw failure(error);
}

export function graphFailure(error: CombinedError): GraphFailure {
  if (error.graphQLErrors.length === 0) return unreachable(error.networkError);
  const response = error.response as Response | undefined;
  return failureOf(error.graphQLErrors as readonly GraphError[], response?.headers?.get('x-request-id'));
}

function failure(error: CombinedError | undefined): GraphFailure {
  return error ? graphFailure(error) : unreachable(undefined);
}
