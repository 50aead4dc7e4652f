import { fastifyCookie, type CookieSerializeOptions } from '@fastify/cookie';
import type { FastifyReply } from 'fastify';

/** Longer than the access token is valid, so that an expired token is reported as `TOKEN_EXPIRED`. */
const KEPT_SECONDS = 30 * 24 * 3600;

export interface SessionTokens {
  accessToken: string;
  refreshToken: string;
}

/** Reads and writes the session of the web client: two HttpOnly cookies. */
export class SessionCookies {
  readonly #access: string;
  readonly #refresh: string;
  readonly #options: CookieSerializeOptions;

  constructor(isSecure: boolean) {
    // Browsers accept `__Host-` cookies only over HTTPS and without a domain, so a sibling subdomain cannot set them.
    const prefix = isSecure ? '__Host-' : '';
    this.#access = `${prefix}parley-access`;
    this.#refresh = `${prefix}parley-refresh`;
    this.#options = { httpOnly: true, sameSite: 'lax', secure: isSecure, path: '/' };
  }

  set(reply: FastifyReply, { accessToken, refreshToken }: SessionTokens): void {
    void reply.setCookie(this.#access, accessToken, { ...this.#options, maxAge: KEPT_SECONDS });
    void reply.setCookie(this.#refresh, refreshToken, { ...this.#options, maxAge: KEPT_SECONDS });
  }

  clear(reply: FastifyReply): void {
    void reply.clearCookie(this.#access, this.#options);
    void reply.clearCookie(this.#refresh, this.#options);
  }

  /** Reads the `Cookie` header of a request or of an upgrade. */
  read(header: string | undefined): Partial<SessionTokens> {
    const cookies = fastifyCookie.parse(header ?? '');
    const accessToken = cookies[this.#access];
    const refreshToken = cookies[this.#refresh];
    return { ...(accessToken ? { accessToken } : {}), ...(refreshToken ? { refreshToken } : {}) };
  }
}
