import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { Failure } from '../../schema/errors.ts';
import type { Config } from '../config.ts';
import { newId } from '../id.ts';
import type { ListenAddress } from './roles/role.ts';

/**
 * Serves health checks while a process is starting: live, not ready, and which dependencies are pending. Without it a
 * supervisor could not distinguish a starting process from a dead one.
 */
export class StartupServer {
  /** Settings whose server is not available yet. */
  readonly pendingDependencies = new Set<string>();
  readonly #server = createServer((request, response) => this.#answer(request, response));

  /** Rejects if the port is in use. Does nothing with port 0, since the address is not known yet. */
  async open({ HOST: host, PORT: port }: Config): Promise<void> {
    // Fastify resolves `localhost` to two addresses with a socket each, so this socket could not be handed over.
    if (port === 0 || host === 'localhost') return;
    this.#server.listen({ host, port });
    await once(this.#server, 'listening');
  }

  /**
   * Returns the address for the role's server, with the open socket. Closing the socket in between would reset pending
   * connections, and their clients could not know whether a request was executed.
   */
  listenAddress({ HOST: host, PORT: port }: Config): ListenAddress {
    return this.#server.listening ? { host, port, _handle: (this.#server as unknown as { _handle: object })._handle } : { host, port };
  }

  #answer: RequestListener = ({ url }, response) => {
    // A kept-alive connection would stay with this server instead of the role's.
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
