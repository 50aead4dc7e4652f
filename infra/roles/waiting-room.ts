import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { Failure } from '../../schema/errors.ts';
import type { Config } from '../config.ts';
import { newId } from '../id.ts';

/**
 * Answers at the address of a process that is still being opened: that it lives, that it is not ready, and for which
 * servers it waits. Whoever watches over processes could not tell a silent one from a dead one.
 */
export class WaitingRoom {
  /** Settings whose server has not answered yet. */
  readonly awaited = new Set<string>();
  readonly #server = createServer((request, response) => this.#answer(request, response));

  /** Rejects when the port is taken. With port 0 nobody knows yet where to ask, and so nobody is answered. */
  async open({ HOST: host, PORT: port }: Config): Promise<void> {
    if (port === 0) return;
    this.#server.listen({ host, port });
    await once(this.#server, 'listening');
  }

  /** Leaves the address to whoever listens there next. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  #answer: RequestListener = ({ url }, response) => {
    // A connection that is kept would end in the face of its next request, when the role takes over the address.
    response.shouldKeepAlive = false;
    const [status, body] = url === '/health/live' ? [200, { status: 'live' }] : [503, this.#excuse(url)];
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
  };

  #excuse(url: string | undefined): object {
    if (url === '/health/ready') return { status: 'starting', parts: Object.fromEntries([...this.awaited].map((name) => [name, 'down'])) };
    const { message, code, retryable } = new Failure('DEPENDENCY_UNAVAILABLE');
    return { errors: [{ message, extensions: { code, retryable, requestId: newId() } }] };
  }
}
