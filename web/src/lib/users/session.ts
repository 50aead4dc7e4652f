import { clearStorage } from '#lib/browser/account-storage.ts';
import { inOneTab } from '#lib/browser/secure-context.ts';
import { failureOf, GraphFailure, unreachable, type GraphError } from '#lib/graph/failure.ts';

/**
 * The session as known to the browser. Tokens are HttpOnly cookies; stored is only the expiry of the access token by the
 * local clock, so that it is refreshed before a request fails.
 */
/** Event on the window when the session has ended and the user must sign in again. */
export const SESSION_ENDED = 'parley:session-ended';

const KEPT = 'parley.session';
const MARGIN_MS = 15_000;

export interface Person {
  id: string;
  email: string;
  name: string;
  role: string;
}

export function signIn(input: { email: string; password: string }): Promise<Person> {
  return post('sign-in', input);
}

export function signUp(input: { email: string; password: string; name: string; invitation?: string }): Promise<Person> {
  return post('sign-up', input);
}

let underway: Promise<void> | undefined;
/** Never resolves: during sign-out no session is refreshed, and the page reload discards the waiting requests. */
let leaving: Promise<never> | undefined;

/** Clears the local session even if the request fails. The caller must load a new page afterwards. */
export async function signOut(): Promise<void> {
  leaving = new Promise(() => {});
  clearStorage();
  await post('sign-out').catch(() => undefined);
  forget();
}

/** Allows one refresh at a time across tabs: a refresh token that is used twice ends all sessions of the person. */
export function refreshSession(): Promise<void> {
  if (leaving) return leaving;
  underway ??= alone(renew).finally(() => (underway = undefined));
  return underway;
}

/** Returns true from sign-in until sign-out. */
export function isSignedIn(): boolean {
  return endsAt() !== undefined;
}

export function isFresh(): boolean {
  return (endsAt() ?? 0) - MARGIN_MS > Date.now();
}

export function forget(): void {
  localStorage.removeItem(KEPT);
}

/** Returns the sign-in path with the current page as `next`. */
export function signInPath(from: { pathname: string; search: string }): string {
  const back = from.pathname + from.search;
  return back === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(back)}`;
}

/** Returns the page to show after signing in. Accepts paths of this site only (no open redirect). */
export function wayBack(search: Pick<URLSearchParams, 'get'>): string {
  const next = search.get('next') ?? '/';
  return /^\/(?![/\\])/.test(next) ? next : '/';
}

async function alone(work: (before: number | undefined) => Promise<void>): Promise<void> {
  const before = endsAt();
  await inOneTab('parley.refresh', () => work(before));
}

async function renew(before: number | undefined): Promise<void> {
  const anotherTabWasFirst = endsAt() !== before && isFresh();
  if (anotherTabWasFirst) return;
  try {
    await post('refresh');
  } catch (error) {
    if (error instanceof GraphFailure && error.endsSession) end();
    throw error;
  }
}

function end(): void {
  forget();
  window.dispatchEvent(new Event(SESSION_ENDED));
}

interface Answer {
  user?: Person;
  expiresAt?: string;
  errors?: GraphError[];
}

async function post(what: string, input: object = {}): Promise<Person> {
  const response = await fetch(`/session/${what}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-parley-client': 'web' },
    body: JSON.stringify(input),
  }).catch((cause: unknown) => {
    throw unreachable(cause);
  });
  const answer = (await response.json().catch(() => ({}))) as Answer;
  if (!response.ok || answer.errors) throw refusal(answer, response);
  if (answer.expiresAt) keep(answer.expiresAt, response.headers.get('date'));
  return answer.user as Person;
}

function refusal(answer: Answer, response: Response): GraphFailure {
  if (!answer.errors) return unreachable(new Error(`HTTP ${response.status}`));
  return failureOf(answer.errors, response.headers.get('x-request-id'));
}

/** Computes the remaining time by the server's clock, since the local clock may differ. */
function keep(expiresAt: string, answeredAt: string | null): void {
  const left = Date.parse(expiresAt) - (answeredAt ? Date.parse(answeredAt) : Date.now());
  localStorage.setItem(KEPT, String(Date.now() + left));
}

function endsAt(): number | undefined {
  const kept = Number(localStorage.getItem(KEPT) ?? Number.NaN);
  return Number.isFinite(kept) ? kept : undefined;
}
