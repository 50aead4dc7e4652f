import { createServer, type AddressInfo } from 'node:net';
import type { Ai, ChatChunk, ChatRequest } from '../../infra/ai/ai.ts';
import type { Failure } from '../../schema/errors.ts';

/** The outcome of a chat: all its chunks, or a failure after some of them. */
export interface Ended {
  text: string;
  chunks: ChatChunk[];
  failure: Failure | null;
  ms: number;
}

export async function askModel(ai: Ai, question: string, signal: AbortSignal, more: Partial<ChatRequest> = {}): Promise<Ended> {
  const started = performance.now();
  const chunks: ChatChunk[] = [];
  let failure: Failure | null = null;
  try {
    for await (const chunk of ai.chat({ model: 'scripted', messages: [{ role: 'user', content: question }], ...more }, signal))
      chunks.push(chunk);
  } catch (error) {
    failure = error as Failure;
  }
  const text = chunks.map((chunk) => (chunk.kind === 'text' ? chunk.text : '')).join('');
  return { text, chunks, failure, ms: performance.now() - started };
}

/** Returns an address whose port was just released, so that a connection is refused. */
export async function closedAddress(): Promise<string> {
  const listener = createServer();
  await new Promise<void>((listening) => listener.listen(0, '127.0.0.1', listening));
  const { port } = listener.address() as AddressInfo;
  await new Promise((closed) => listener.close(closed));
  return `http://127.0.0.1:${port}/v1`;
}
