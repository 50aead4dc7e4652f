import type { Presence } from '../../infra/presence/presence.ts';
import type { AuthenticatedSession, SessionAuthenticator } from '../auth/session-authenticator.ts';

export type SessionEnd = 'token expired' | 'session revoked';

/** Revocations are told over the bus, and when it may have lost one the truth is read; a role is not, but this often. */
const RECHECK_MS = 10_000;

/**
 * Watches over something that outlives its request: calls `end` once, when the token expires, when the session
 * is revoked, or when the person's role is no longer the one it was opened with. Meanwhile the person is present.
 * The result ends the watch.
 */
export function watchSession(
  { authenticator, presence }: { authenticator: SessionAuthenticator; presence: Presence },
  { viewer, expiresAt }: AuthenticatedSession,
  end: (why: SessionEnd) => void,
): () => void {
  let isOver = false;
  const stop = () => {
    isOver = true;
    leave();
    clearTimeout(expiry);
    clearInterval(recheck);
    for (const unlisten of unlistens) unlisten();
  };
  const finish = (why: SessionEnd) => {
    if (isOver) return;
    stop();
    end(why);
  };
  const check = async () => {
    const truth = await authenticator.truthOf(viewer.sessionId);
    if (truth?.role !== viewer.role) finish('session revoked');
  };
  // While the truth cannot be read the stream goes on: its token is still good, and new requests are refused.
  const checkSoon = () => void check().catch(() => undefined);
  const leave = presence.enter(viewer.userId);
  const expiry = setTimeout(() => finish('token expired'), Math.max(0, expiresAt.getTime() - Date.now()));
  const recheck = setInterval(checkSoon, RECHECK_MS);
  const unlistens = [
    authenticator.onRevoked((sessionIds) => sessionIds.includes(viewer.sessionId) && finish('session revoked')),
    authenticator.onDoubt(checkSoon),
  ];
  // Between the recognition and this line the session may have ended.
  checkSoon();
  return stop;
}
