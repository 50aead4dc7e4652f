import { isIP } from 'node:net';

/** Checks `Host` headers against DNS rebinding and `Origin` headers against cross-site requests. */
export class Origin {
  readonly #names: ReadonlySet<string>;
  readonly #publicOrigin: string | undefined;
  readonly #isOpenToAddresses: boolean;

  /** `host`: the listen address. `publicUrl`: the URL that browsers use, if it differs, e.g. behind a proxy. */
  constructor(host: string, publicUrl: string | undefined) {
    const url = publicUrl ? new URL(publicUrl) : undefined;
    const isWildcard = host === '0.0.0.0' || host === '::';
    this.#publicOrigin = url?.origin;
    this.#isOpenToAddresses = isWildcard;
    this.#names = new Set(['localhost', '127.0.0.1', '[::1]', ...(isWildcard ? [] : [bracketed(host)]), ...(url ? [url.hostname] : [])]);
  }

  /**
   * Returns whether a `Host` header names this server; other names may be DNS rebinding. IP addresses cannot be rebound,
   * so a server that listens on all interfaces accepts any.
   */
  answersTo(host: string | undefined): boolean {
    if (!host || !URL.canParse(`http://${host}`)) return false;
    const { hostname, username, pathname } = new URL(`http://${host}`);
    if (username || pathname !== '/') return false;
    return this.#names.has(hostname) || (this.#isOpenToAddresses && isIP(hostname.replace(/^\[|\]$/g, '')) > 0);
  }

  /**
   * Returns whether an `Origin` header names a same-origin page. Absent: not a browser, or not a cross-origin request. A
   * plain HTTP page of a host that is served over TLS is rejected, because an attacker in the network may have sent it.
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
