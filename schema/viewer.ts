export type Role = 'USER' | 'EDITOR' | 'ADMIN';

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
