/** Signs what proves a session to the gateway for a few minutes. */
export interface Tokens {
  /** `expiresAt` is when the token ends; the session may end earlier, so its truth is read at each request. */
  signAccessToken(session: { userId: string; sessionId: string }): Promise<{ token: string; expiresAt: Date }>;
}
