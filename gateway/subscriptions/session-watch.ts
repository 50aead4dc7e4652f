import type { AuthenticatedSession, SessionAuthenticator } from '../auth/session-authenticator.ts';
import type { ConnectedPeople } from './connected-people.ts';

export type SessionEnd = 'token expired' | 'session revoked';

/** Revocations arrive over the bus; role changes do not, so poll at this interval. */
const RECHECK_MS = 10_000;

/**
 * Watches the session of a socket or stream: calls `end` once, when the token expires, the session is revoked or the role
 * of the user changes. Counts the user as connected meanwhile. Returns a function that stops watching.
 */
export function watchSession(
  { authenticator, people }: { authenticator: SessionAuthenticator; people: Pick<ConnectedPeople, 'enter'> },
  { viewer, expiresAt }: AuthenticatedSession,
  end: (why: SessionEnd) => void,
): () => void {
  let isOver = false;
  const stop = () => {
    isOver = true;
    leave();
    clearTimeout(expiry);
    clearInterval(recheck);
    for (const unsubscribe of unsubscribers) unsubscribe();
  };
  const finish = (why: SessionEnd) => {
    if (isOver) return;
    stop();
    end(why);
  };
  const check = async () => {
    const session = await authenticator.loadSession(viewer.sessionId);
    if (session?.role !== viewer.role) finish('session revoked');
  };
  // While the session cannot be loaded, the stream continues: its token is still valid, and new requests are rejected.
  const checkSoon = () => void check().catch(() => undefined);
  const leave = people.enter(viewer.userId);
  const expiry = setTimeout(() => finish('token expired'), Math.max(0, expiresAt.getTime() - Date.now()));
  const recheck = setInterval(checkSoon, RECHECK_MS);
  const unsubscribers = [
    authenticator.onRevoked((sessionIds) => sessionIds.includes(viewer.sessionId) && finish('session revoked')),
    authenticator.onStale(checkSoon),
  ];
  // The session may have ended since it was authenticated.
  checkSoon();
  return stop;
}
