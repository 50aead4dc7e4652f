import { Failure } from '../../../schema/errors.ts';
import { addressesIn } from './written-address.ts';

export type PageAccess = 'ANY' | 'NAMED' | 'NONE';

/**
 * The maximum characters of a path and query that the model may choose itself. Of 7,432 URLs in the READMEs of npm
 * packages, 25 are longer as a whole; confidential data seldom fits.
 */
const MAX_OWN_CHARACTERS = 120;

/** A named host: whether the person named it, and the paths that documents contain. */
interface NamedHost {
  byPerson: boolean;
  paths: Set<string>;
}

/**
 * Decides which addresses a model may open. An address can carry data to its host, and a document or a page can instruct
 * the model to send some (prompt injection). So a host must have been named, and the part of an address that the model
 * adds is short. A host that only a document names may belong to its author: only the addresses in the document are opened.
 */
export class PagePermission {
  readonly #access: PageAccess;
  readonly #hosts = new Map<string, NamedHost>();

  constructor(access: PageAccess, written: { byPerson: string[]; inDocuments: string[] }) {
    this.#access = access;
    for (const text of written.byPerson) this.#learn(text, true);
    for (const text of written.inDocuments) this.#learn(text, false);
  }

  /** Throws the `Failure` that is reported to the model. `from` is the address that redirects to this one. */
  require(url: URL, from: URL | null): void {
    if (this.#access === 'NONE') throw new Failure('TOOL_BLOCKED', { reason: 'This assistant may not open web pages.' });
    const named = this.#access === 'ANY' ? this.#anyHost(url) : this.#hosts.get(hostOf(url));
    if (!named)
      throw notNamed(
        from ? `The page redirects to ${url.host}, which the person did not name.` : `${url.host} was not named by the person.`,
      );
    // A redirect within one host discloses nothing new to it.
    if (from && hostOf(from) === hostOf(url)) return;
    const path = url.pathname + url.search;
    if (!named.byPerson) {
      if (named.paths.has(path)) return;
      throw notNamed(`${url.host} is named by a document only, which does not contain this address.`);
    }
    const own = Math.min(...[...named.paths].map((written) => path.length - sharedLength(path, written)));
    if (own > MAX_OWN_CHARACTERS)
      throw notNamed(
        `${own} characters of this address are neither from the person nor from a document; at most ${MAX_OWN_CHARACTERS} are allowed.`,
      );
  }

  #learn(text: string, byPerson: boolean): void {
    for (const url of addressesIn(text)) {
      const named = this.#hosts.get(hostOf(url)) ?? { byPerson, paths: new Set(['/']) };
      this.#hosts.set(hostOf(url), named);
      named.paths.add(url.pathname + url.search);
    }
  }

  #anyHost(url: URL): NamedHost {
    return { byPerson: true, paths: this.#hosts.get(hostOf(url))?.paths ?? new Set(['/']) };
  }
}

/** Normalizes host and port for comparison: without `www.`, trailing dot and default port. */
function hostOf({ hostname, port }: URL): string {
  const host = hostname.replace(/\.$/, '').replace(/^www\.(?=[^.]+\.)/, '');
  return port ? `${host}:${port}` : host;
}

function sharedLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}

function notNamed(reason: string): Failure {
  return new Failure('TOOL_ADDRESS_NOT_NAMED', {
    reason: `${reason} Nothing was fetched. Ask the person to write the whole address in a message.`,
  });
}
