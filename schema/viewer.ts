export type Role = 'USER' | 'EDITOR' | 'ADMIN';

/**
 * So long, in milliseconds, a gateway may believe what it has read about a session, if it hears of revocations;
 * so long a revocation waits that could not be announced.
 */
export const SESSION_TRUTH_MS = 2_000;

/** Who asks. The role is read from the session's truth at each request, never from the token. */
export interface Viewer {
  userId: string;
  role: Role;
  /** Null when a job acts for a person. */
  sessionId: string | null;
}

/** What travels with each request between the gateway and a subgraph; remote, as a signed token. */
export interface Identity {
  viewer: Viewer | null;
  requestId: string;
  ip?: string;
  userAgent?: string;
  /** The platform itself, not a person: reaches the fields that are `@inaccessible` to clients. */
  system?: boolean;
}

/** Who caused a fact; part of every fact. */
export interface Actor {
  userId: string | null;
  sessionId: string | null;
  requestId: string;
  ip?: string;
}
