import type { Recognised, Viewers } from '../viewer/viewer.ts';

export type SessionEnd = 'token expired' | 'session revoked';

/** Revocations are told over the bus, which may lose one; this often the truth is read all the same. */
const RECHECK_MS = 10_000;

/**
 * Watches over something that outlives its request: calls `end` once, when the token expires, when the session
 * is revoked, or when the person's role is no longer the one it was opened with. The result ends the watch.
 */
export function watchSession(viewers: Viewers, { viewer, expiresAt }: Recognised, end: (why: SessionEnd) => void): () => void {
  const stop = () => {
    clearTimeout(expiry);
    clearInterval(recheck);
    unlisten();
  };
  const finish = (why: SessionEnd) => {
    stop();
    end(why);
  };
  const check = async () => {
    const truth = await viewers.truthOf(viewer.sessionId);
    if (truth?.role !== viewer.role) finish('session revoked');
  };
  const expiry = setTimeout(() => finish('token expired'), Math.max(0, expiresAt.getTime() - Date.now()));
  // While the truth cannot be read the stream goes on: its token is still good, and new requests are refused.
  const recheck = setInterval(() => void check().catch(() => undefined), RECHECK_MS);
  const unlisten = viewers.onRevoked((sessionIds) => sessionIds.includes(viewer.sessionId) && finish('session revoked'));
  // Between the recognition and this line the session may have ended.
  void check().catch(() => undefined);
  return stop;
}
