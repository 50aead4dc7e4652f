import { Failure } from '../../schema/errors.ts';
import type { AccessTokens } from './tokens.ts';
import { TypedJwt } from './jwt.ts';

const LIFETIME_SECONDS = 600;

export interface AccessClaims {
  userId: string;
  sessionId: string;
  expiresAt: Date;
}

/**
 * Access tokens, valid for ten minutes. They contain the session but no role: the state of the session and the role of
 * its user are checked on each request.
 */
export class JwtAccessTokens implements AccessTokens {
  readonly #signed: TypedJwt<{ sub: string; sid: string }>;

  /** `secret`: 32 bytes, the key derived for `access-tokens`. */
  constructor(secret: Uint8Array) {
    const kind = { audience: 'parley-api', type: 'at+jwt', lifetimeSeconds: LIFETIME_SECONDS, required: ['sub', 'sid'] };
    this.#signed = new TypedJwt(kind, secret);
  }

  signAccessToken({ userId, sessionId }: { userId: string; sessionId: string }): Promise<{ token: string; expiresAt: Date }> {
    return this.#signed.sign({ sub: userId, sid: sessionId });
  }

  /** Throws `TOKEN_EXPIRED` or `UNAUTHENTICATED`. */
  async verifyAccessToken(token: string): Promise<AccessClaims> {
    const { sub, sid, exp } = await this.#signed.verify(token);
    if (typeof sid !== 'string') throw new Failure('UNAUTHENTICATED');
    return { userId: sub, sessionId: sid, expiresAt: new Date(exp * 1000) };
  }
}
