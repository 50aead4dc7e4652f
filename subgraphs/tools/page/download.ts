import { Agent, fetch, type Response } from 'undici';
import { Failure } from '../../../schema/errors.ts';
import { requireWebPage, resolvePublic, type AddressRules, type CheckedAddress } from './public-address.ts';

const MAX_REDIRECTS = 3;
const MAX_BYTES = 1_000_000;
const TYPES = new Set(['text/html', 'application/xhtml+xml', 'text/plain', 'text/markdown', 'application/json']);

export interface Downloaded {
  /** The final URL after redirects. */
  url: string;
  mediaType: string;
  text: string;
  /** True if the page is longer than what was read. */
  truncated: boolean;
}

export interface DownloadRules extends AddressRules {
  /** Throws for a URL that must not be opened. Called before the DNS lookup, which would already disclose the name. */
  require(url: URL, from: URL | null): void;
}

/** Reads a public page. Checks every redirect, and connects to the address that was checked. */
export async function download(address: string, rules: DownloadRules): Promise<Downloaded> {
  let url = toUrl(address);
  let from: URL | null = null;
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    requireWebPage(url);
    rules.require(url, from);
    const addresses = await resolvePublic(url, rules);
    await using agent = pinned(addresses);
    const response = await request(url, agent, rules.signal);
    const next = redirection(response, url);
    if (!next) return await read(response, url);
    from = url;
    url = next;
  }
  throw new Failure('TOOL_FAILED', { reason: `The page redirects more than ${MAX_REDIRECTS} times.` });
}

function toUrl(address: string): URL {
  const text = address.trim();
  if (!URL.canParse(text))
    throw new Failure('TOOL_BAD_ARGUMENTS', {
      reason: `"${text.slice(0, 100)}" is not an address. Write it whole, as in https://example.org/page.`,
    });
  return new URL(text);
}

/** Connects to the checked address: a second lookup could return another one (DNS rebinding). */
function pinned(addresses: CheckedAddress[]): Agent & AsyncDisposable {
  const agent = new Agent({
    connect: {
      lookup: (_host, options, found) => (options.all ? found(null, addresses) : found(null, addresses[0]!.address, addresses[0]!.family)),
      timeout: 5_000,
    },
    maxHeaderSize: 16_384,
    pipelining: 0,
  });
  return Object.assign(agent, { [Symbol.asyncDispose]: () => agent.destroy() });
}

async function request(url: URL, dispatcher: Agent, signal: AbortSignal): Promise<Response> {
  const headers = { accept: 'text/html, text/plain, text/markdown, application/json', 'user-agent': 'Parley' };
  try {
    return await fetch(url, { dispatcher, signal, headers, redirect: 'manual' });
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    const cause = error instanceof Error ? error.cause : undefined;
    const code = (cause as NodeJS.ErrnoException | undefined)?.code ?? 'no answer';
    throw new Failure('TOOL_FAILED', { reason: `${url.host} could not be reached (${code}).` }, { cause: error });
  }
}

function redirection(response: Response, from: URL): URL | null {
  const location = response.headers.get('location');
  if (response.status < 300 || response.status > 399 || !location) return null;
  if (!URL.canParse(location, from))
    throw new Failure('TOOL_FAILED', { reason: 'The page redirects to something that is not an address.' });
  return new URL(location, from);
}

async function read(response: Response, url: URL): Promise<Downloaded> {
  if (!response.ok) throw new Failure('TOOL_FAILED', { reason: `The page answered with status ${response.status}.` });
  const [given = '', ...parameters] = (response.headers.get('content-type') ?? '').toLowerCase().split(';');
  const mediaType = given.trim();
  if (!TYPES.has(mediaType))
    throw new Failure('TOOL_FAILED', {
      reason: `The page is ${mediaType || 'of no known type'}; only HTML, text, Markdown and JSON are read.`,
    });
  const { bytes, truncated } = await readAtMost(response);
  const charset = parameters.find((parameter) => parameter.trim().startsWith('charset='))?.split('=')[1] ?? charsetInside(bytes);
  return { url: url.href, mediaType, text: decode(bytes, charset), truncated };
}

/** Reads up to the limit and closes the connection. */
async function readAtMost(response: Response): Promise<{ bytes: Buffer; truncated: boolean }> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    parts.push(part as Uint8Array);
    size += (part as Uint8Array).length;
    if (size > MAX_BYTES) break;
  }
  return { bytes: Buffer.concat(parts).subarray(0, MAX_BYTES), truncated: size > MAX_BYTES };
}

function charsetInside(bytes: Buffer): string | undefined {
  return /<meta[^>]+charset=["']?([\w-]+)/i.exec(bytes.subarray(0, 2048).toString('latin1'))?.[1];
}

function decode(bytes: Buffer, charset = 'utf-8'): string {
  try {
    return new TextDecoder(charset.trim().replace(/^"|"$/g, '')).decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes);
  }
}
