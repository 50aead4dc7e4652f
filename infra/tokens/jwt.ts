import { SignJWT, errors, jwtVerify, type JWTPayload } from 'jose';
import { Failure } from '../../schema/errors.ts';

/** The fixed properties of one kind of token, all verified when a token is read. */
export interface JwtKind {
  audience: string;
  /** The `typ` header, which prevents confusion between kinds of tokens. */
  type: string;
  lifetimeSeconds: number;
  /** Required claims besides `exp` and `iat`. */
  required: readonly string[];
}

const ISSUER = 'parley';
/** Accepted clock skew between replicas. */
const CLOCK_SKEW_SECONDS = 5;

/** Signs and verifies JWTs of one kind (HS256, RFC 7519, explicitly typed as in RFC 8725). */
export class TypedJwt<Claims extends JWTPayload> {
  readonly #kind: JwtKind;
  readonly #secret: Uint8Array;

  constructor(kind: JwtKind, secret: Uint8Array) {
    this.#kind = kind;
    this.#secret = secret;
  }

  async sign(claims: Claims): Promise<{ token: string; expiresAt: Date }> {
    const now = Math.floor(Date.now() / 1000);
    const end = now + this.#kind.lifetimeSeconds;
    const token = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', typ: this.#kind.type })
      .setIssuer(ISSUER)
      .setAudience(this.#kind.audience)
      .setIssuedAt(now)
      .setExpirationTime(end)
      .sign(this.#secret);
    return { token, expiresAt: new Date(end * 1000) };
  }

  /** Throws `TOKEN_EXPIRED` for an expired but otherwise valid token, `UNAUTHENTICATED` for any other fault. */
  async verify(token: string): Promise<Claims & { exp: number; iat: number }> {
    const { audience, type, lifetimeSeconds, required } = this.#kind;
    try {
      const { payload } = await jwtVerify<Claims>(token, this.#secret, {
        algorithms: ['HS256'],
        issuer: ISSUER,
        audience,
        typ: type,
        requiredClaims: ['exp', 'iat', ...required],
        maxTokenAge: lifetimeSeconds,
        clockTolerance: CLOCK_SKEW_SECONDS,
      });
      const { exp, iat } = payload as { exp: number; iat: number };
      if (exp - iat > lifetimeSeconds) throw new Failure('UNAUTHENTICATED');
      return { ...payload, exp, iat };
    } catch (cause) {
      if (cause instanceof Failure) throw cause;
      if (!(cause instanceof errors.JOSEError)) throw cause;
      throw new Failure(cause instanceof errors.JWTExpired ? 'TOKEN_EXPIRED' : 'UNAUTHENTICATED', {}, { cause });
    }
  }
}
