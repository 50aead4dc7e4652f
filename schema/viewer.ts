export type Role = 'USER' | 'EDITOR' | 'ADMIN';

/**
 * Session cache TTL of a gateway, in milliseconds. Sign-out also waits this long if the revocation could not be broadcast.
 */
export const SESSION_TRUTH_MS = 2_000;

/** The signed-in person. The role is loaded with the session at each request, never taken from the token. */
export interface Viewer {
  userId: string;
  role: Role;
  /** Null when a job acts for a person. */
  sessionId: string | null;
}

/** The caller of a request between gateway and subgraph; sent as a signed token to a remote subgraph. */
export interface Identity {
  viewer: Viewer | null;
  requestId: string;
  ip?: string;
  userAgent?: string;
  /** True for the platform itself, which may use fields that are `@inaccessible` to clients. */
  system?: boolean;
}

/** The cause of a domain event, part of every event. */
export interface Actor {
  userId: string | null;
  sessionId: string | null;
  requestId: string;
  ip?: string;
}
