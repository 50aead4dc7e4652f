import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { Failure } from '../../schema/errors.ts';
import type { Config } from '../config.ts';
import { newId } from '../id.ts';
import type { ListenAddress } from './roles/role.ts';

/**
 * Answers at the address of a process that is still being opened: that it lives, that it is not ready, and for which
 * servers it waits. Whoever watches over processes could not tell a silent one from a dead one.
 */
export class StartupServer {
  /** Settings whose server has not answered yet. */
  readonly pendingDependencies = new Set<string>();
  readonly #server = createServer((request, response) => this.#answer(request, response));

  /** Rejects when the port is taken. With port 0 nobody knows yet where to ask, and so nobody is answered. */
  async open({ HOST: host, PORT: port }: Config): Promise<void> {
    // Of `localhost` Fastify makes two addresses, and of each a socket of its own.
    if (port === 0 || host === 'localhost') return;
    this.#server.listen({ host, port });
    await once(this.#server, 'listening');
  }

  /**
   * Where the role listens next: on the very socket that is open already. Were it closed in between, whoever has
   * just come would be cut off and could not know that nothing was done.
   */
  listenAddress({ HOST: host, PORT: port }: Config): ListenAddress {
    return this.#server.listening ? { host, port, _handle: (this.#server as unknown as { _handle: object })._handle } : { host, port };
  }

  #answer: RequestListener = ({ url }, response) => {
    // A connection that is kept would never connectWithRetry the role.
    response.shouldKeepAlive = false;
    const [status, body] = url === '/health/live' ? [200, { status: 'live' }] : [503, this.#unavailableBody(url)];
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
  };

  #unavailableBody(url: string | undefined): object {
    if (url === '/health/ready')
      return { status: 'starting', parts: Object.fromEntries([...this.pendingDependencies].map((name) => [name, 'down'])) };
    const { message, code, retryable } = new Failure('DEPENDENCY_UNAVAILABLE');
    return { errors: [{ message, extensions: { code, retryable, requestId: newId() } }] };
  }
}
