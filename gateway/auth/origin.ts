import { isIP } from 'node:net';

/** Under which names the door answers, and which pages may talk to it. */
export class Origin {
  readonly #names: ReadonlySet<string>;
  readonly #publicOrigin: string | undefined;
  readonly #isOpenToAddresses: boolean;

  /** `host` is what the server listens on; `publicUrl` what browsers use, when a proxy stands in front. */
  constructor(host: string, publicUrl: string | undefined) {
    const url = publicUrl ? new URL(publicUrl) : undefined;
    const isWildcard = host === '0.0.0.0' || host === '::';
    this.#publicOrigin = url?.origin;
    this.#isOpenToAddresses = isWildcard;
    this.#names = new Set(['localhost', '127.0.0.1', '[::1]', ...(isWildcard ? [] : [bracketed(host)]), ...(url ? [url.hostname] : [])]);
  }

  /**
   * Whether a `Host` header names this server. A page that points its own name at our address (DNS rebinding) is
   * turned away; an address cannot be rebound, so where the server listens on all of them, all may be named.
   */
  answersTo(host: string | undefined): boolean {
    if (!host || !URL.canParse(`http://${host}`)) return false;
    const { hostname, username, pathname } = new URL(`http://${host}`);
    if (username || pathname !== '/') return false;
    return this.#names.has(hostname) || (this.#isOpenToAddresses && isIP(hostname.replace(/^\[|\]$/g, '')) > 0);
  }

  /**
   * Whether an `Origin` header is one of our own pages. Absent: not a browser, or not across origins. A page that came
   * without TLS, under a name that has it, may be of whoever sits in between.
   */
  isOurPage(origin: string | undefined, host: string | undefined): boolean {
    if (origin === undefined || origin === this.#publicOrigin) return true;
    if (!URL.canParse(origin) || host === undefined) return false;
    const page = new URL(origin);
    return page.host === host.toLowerCase() && `https://${page.host}` !== this.#publicOrigin;
  }
}

function bracketed(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host.toLowerCase();
}
