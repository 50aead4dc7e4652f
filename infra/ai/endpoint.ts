import { ProviderError } from './provider-error.ts';

/** Common base paths of the API, relative to the configured address. */
const BASE_PATHS = ['/v1', '/api/v1', '/openai/v1', '/v1beta/openai'];
const OPERATION = /\/(chat\/completions|completions|responses|embeddings|models)\/*$/;
const MAX_ERROR_BYTES = 64_000;

/**
 * Sends the SDK's requests. Finds the base path of the API if the configured address lacks it, and preserves the whole
 * body of an error response, of which the SDK keeps only one member.
 */
export class Endpoint {
  readonly baseUrl: string;
  readonly query: Record<string, string>;
  /** The base path that was missing from the address. */
  #missingPath = '';
  #mayLack: boolean;
  readonly #refusals = new WeakMap<Response, ProviderError>();

  /** Called with the address that works instead of the configured one. */
  readonly #corrected: (baseUrl: string) => void;

  constructor(configured: string, corrected: (baseUrl: string) => void = () => undefined) {
    this.#corrected = corrected;
    const url = new URL(configured);
    this.query = Object.fromEntries(url.searchParams);
    url.search = '';
    url.hash = '';
    const path = url.pathname;
    url.pathname = path.replace(OPERATION, '');
    this.baseUrl = url.href.replace(/\/+$/, '');
    this.#mayLack = !/\/(v\d\w*|openai|deployments\/[^/]+)$/.test(url.pathname.replace(/\/+$/, ''));
    if (OPERATION.test(path)) corrected(this.baseUrl);
  }

  /** Returns error responses to the SDK as if successful; `accepted` distinguishes them. */
  readonly fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const address = String(input instanceof Request ? input.url : input);
    const response = await fetch(this.#addressOf(address, this.#missingPath), init);
    if (response.ok) return response;
    const error = await errorOf(response);
    if (isNoSuchPath(response.status) && this.#mayLack && !/model|deployment/i.test(error.words)) {
      const found = await this.#search(address, init);
      if (found) return found.ok ? found : this.#refused(await errorOf(found));
    }
    return this.#refused(error);
  };

  /** Returns the response, or throws the provider's error. */
  accepted(response: Response): Response {
    const error = this.#refusals.get(response);
    if (error) throw error;
    return response;
  }

  #refused(error: ProviderError): Response {
    const response = new Response();
    this.#refusals.set(response, error);
    return response;
  }

  /** Tries the base paths in turn and keeps the first that works. */
  async #search(address: string, init: RequestInit | undefined): Promise<Response | undefined> {
    for (const path of BASE_PATHS) {
      const response = await fetch(this.#addressOf(address, path), init);
      if (isNoSuchPath(response.status)) {
        await response.body?.cancel();
        continue;
      }
      if (response.ok) {
        this.#missingPath = path;
        this.#mayLack = false;
        this.#corrected(this.baseUrl + path);
      }
      return response;
    }
    return undefined;
  }

  #addressOf(address: string, path: string): string {
    return path && address.startsWith(this.baseUrl) ? this.baseUrl + path + address.slice(this.baseUrl.length) : address;
  }
}

async function errorOf(response: Response): Promise<ProviderError> {
  const { status, headers, url } = response;
  return ProviderError.fromBody(await textOf(response), { status, headers, url: url.replace(/\?.*$/, '') });
}

function isNoSuchPath(status: number): boolean {
  return status === 404 || status === 405;
}

async function textOf(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const part of response.body ?? []) {
      parts.push(part);
      size += part.length;
      if (size > MAX_ERROR_BYTES) break;
    }
  } catch {
    // A truncated error response is still an error.
  }
  return Buffer.concat(parts).toString('utf8');
}
