import { connect } from 'node:net';
import type { ProductApi } from '../product.ts';

export interface RawAnswer {
  status: number;
  headers: Headers;
  text: string;
  /** The code of the first error, where the body is a GraphQL response. */
  code: string | undefined;
}

/** Sends a request that no well-behaved client would send. */
export async function send(product: ProductApi, path: string, init: RequestInit = {}): Promise<RawAnswer> {
  const response = await fetch(product.url + path, init);
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, code: codeOf(text) };
}

export function postGraph(product: ProductApi, body: RequestInit['body'], headers: Record<string, string> = {}): Promise<RawAnswer> {
  return send(product, '/graphql', { method: 'POST', body: body ?? null, headers: { 'content-type': 'application/json', ...headers } });
}

/** Writes bytes to the port and collects the response until the connection ends. */
export function talk(product: ProductApi, bytes: string | Buffer): Promise<{ text: string; lastedMs: number }> {
  const { hostname, port } = new URL(product.url);
  const began = performance.now();
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    socket.on('data', (data) => (text += data.toString()));
    socket.on('close', () => resolve({ text, lastedMs: performance.now() - began }));
    socket.on('error', (error: NodeJS.ErrnoException) => error.code === 'ECONNRESET' || reject(error));
  });
}

function codeOf(text: string): string | undefined {
  try {
    return JSON.parse(text).errors?.[0]?.extensions?.code;
  } catch {
    return undefined;
  }
}
