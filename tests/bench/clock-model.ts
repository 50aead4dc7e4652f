import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** A model server that writes the time of this process into each token, so that a reader here can compute its age. */
export interface ClockModel {
  /** Ends with `/v1`. */
  url: string;
  /** Ends every answer with its next token. */
  finish(): void;
  stop(): void;
}

export async function startClockModel({ tokens = Infinity, gapMs }: { tokens?: number; gapMs: number }): Promise<ClockModel> {
  let isFinished = false;
  const answer = async (response: ServerResponse) => {
    for (let sent = 0; sent < tokens && !isFinished && !response.destroyed; sent++) {
      response.write(chunkOf({ delta: { content: `${performance.now().toFixed(2)} ` }, finish_reason: null }));
      await pause(gapMs);
    }
    response.end(`${chunkOf({ delta: {}, finish_reason: 'stop' })}data: [DONE]\n\n`);
  };
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      if (request.url?.endsWith('/models')) return response.setHeader('content-type', 'application/json').end('{"data":[{"id":"clock"}]}');
      response.setHeader('content-type', 'text/event-stream');
      return answer(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    finish: () => (isFinished = true),
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function chunkOf(choice: object): string {
  return `data: ${JSON.stringify({ id: 'x', object: 'chat.completion.chunk', created: 0, model: 'clock', choices: [{ index: 0, ...choice }] })}\n\n`;
}

/** Returns the value below which the share `q` of the values lies. */
export function quantile(values: readonly number[], q: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * q)] ?? NaN;
}
