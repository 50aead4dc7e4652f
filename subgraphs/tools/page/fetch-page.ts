import { Failure } from '../../../schema/errors.ts';
import type { Graph } from '../../../infra/graph/graph.ts';
import { download, type Downloaded, type DownloadRules } from './download.ts';
import type { Readable } from './readable.ts';
import { readPage } from './read-page.ts';
import { permissionOfRun } from './permission-of-run.ts';
import { systemResolve, type Resolve } from './public-address.ts';
import type { Tool, ToolContext } from '../tool.ts';

const TOTAL_MS = 15_000;
const MAX_CHARACTERS = 20_000;

export interface Page {
  /** The final URL after redirects. */
  url: string;
  title: string | null;
  /** At most 20,000 characters. */
  text: string;
  truncated: boolean;
}

export interface PagePorts {
  graph: Graph;
  /** Private `host:port` pairs that may be read. */
  allowedPrivateHosts: string[];
  resolve?: Resolve;
}

export function fetchPage({ graph, allowedPrivateHosts, resolve = systemResolve }: PagePorts): Tool {
  return {
    id: 'fetch_page',
    title: 'Read a web page',
    summary: 'Opens a public web page and reads its text.',
    description:
      'Reads the text of a public web page. Use it when a message names an address, or when you know the address of a page that holds the answer. It cannot search. Where it refuses an address that the person did not name, ask the person to write it.',
    inputSchema: {
      type: 'object',
      properties: {
        url: { type: 'string', description: 'The complete URL, such as https://example.org/page.', minLength: 1, maxLength: 2000 },
      },
      required: ['url'],
      additionalProperties: false,
    },
    run: async ({ url }: { url: string }, context) => {
      const require = await permission(graph, context);
      return readWithin(url, { allowedPrivateHosts, resolve, require, signal: context.signal });
    },
  };
}

/** A person who calls the tool names the URL, so it is allowed. */
async function permission(graph: Graph, { runId, identity }: ToolContext): Promise<DownloadRules['require']> {
  if (!runId) return () => undefined;
  const granted = await permissionOfRun(graph, runId, identity);
  return (url, from) => granted.require(url, from);
}

async function readWithin(url: string, rules: DownloadRules): Promise<Page> {
  const timeout = AbortSignal.timeout(TOTAL_MS);
  const signal = AbortSignal.any([timeout, rules.signal]);
  try {
    const page = await download(url, { ...rules, signal });
    return toPage(page, await readText(page, signal));
  } catch (error) {
    if (timeout.aborted && !(error instanceof Failure))
      throw new Failure('TOOL_TIMEOUT', { reason: `The page took longer than ${TOTAL_MS / 1000} s.` }, { cause: error });
    throw error;
  }
}

async function readText({ mediaType, text }: Downloaded, signal: AbortSignal): Promise<Readable> {
  return mediaType.includes('html') ? readPage(text, signal) : { title: null, text: text.trim() };
}

function toPage(page: Downloaded, { title, text }: Readable): Page {
  const shown = text.slice(0, MAX_CHARACTERS).toWellFormed();
  return { url: page.url, title: title?.slice(0, 300) ?? null, text: shown, truncated: page.truncated || text.length > shown.length };
}
