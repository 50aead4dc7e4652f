import { error, redirect } from '@sveltejs/kit';
import { openAccountStorage } from '#lib/browser/account-storage.ts';
import { fetchQuery } from '#lib/graph/client.ts';
import { GraphFailure } from '#lib/graph/failure.ts';
import { authPath } from '#lib/users/auth-path.ts';
import { isSignedIn } from '#lib/users/session.ts';
import { ViewerQuery } from '#lib/users/viewer.ts';
import type { LayoutLoad } from './$types';

/** Renders in the browser only: these pages are private and live. */
export const ssr = false;
export const prerender = false;

/** Requires a session and loads its user once. */
export const load: LayoutLoad = async ({ url, untrack }) => {
  const from = untrack(() => ({ pathname: url.pathname, search: url.search }));
  if (!isSignedIn()) redirect(303, await authPath(from));
  try {
    const answer = await fetchQuery(ViewerQuery, {});
    openAccountStorage(answer.viewer.id);
    return answer;
  } catch (failure) {
    if (!(failure instanceof GraphFailure)) throw failure;
    if (failure.endsSession) redirect(303, await authPath(from));
    error(503, { message: failure.message, ...(failure.requestId ? { requestId: failure.requestId } : {}) });
  }
};
