import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

const LOOK_MS = 500;
// As in infra/deploy/caddy/Caddyfile. A process may take two seconds to report which of its parts are down; and the next
// one may drain before the last one has been found ready again.
const ANSWER_MS = 3_000;
const TRY_MS = 5_000;
const TRY_AGAIN_MS = 100;

/** Hands each new connection to a ready process, in turn; retries for a while where none accepts it. */
export class Balancer {
  readonly #targets: () => string[];
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  readonly #looking: NodeJS.Timeout;
  readonly #ready = new Set<string>();
  /** Processes that refused, and when; for the message of a failure. */
  readonly complaints: string[] = [];
  #turn = 0;

  constructor(targets: () => string[]) {
    this.#targets = targets;
    this.#server = createServer((near) => this.#join(this.#keep(near), performance.now() + TRY_MS));
    this.#looking = setInterval(() => void this.look(), LOOK_MS);
  }

  async start(): Promise<void> {
    await this.look();
    await new Promise<void>((listening) => this.#server.listen(0, '127.0.0.1', listening));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Finds the ready processes; runs by itself twice a second. */
  async look(): Promise<void> {
    const looks = this.#targets().map(async (url) => {
      const options = { headers: { connection: 'close' }, signal: AbortSignal.timeout(ANSWER_MS) };
      const answer = await fetch(`${url}/health/ready`, options).then(
        async (response) => ({ ok: response.ok, reason: response.ok ? '' : await response.text().catch(String) }),
        (error: Error) => ({ ok: false, reason: String(error) }),
      );
      if (answer.ok) this.#ready.add(url);
      else if (this.#ready.delete(url)) this.#complain(`${url} gets no connections: ${answer.reason}`);
    });
    await Promise.all(looks);
  }

  async stop(): Promise<void> {
    clearInterval(this.#looking);
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((closed) => this.#server.close(closed));
  }

  #join(near: Socket, until: number): void {
    if (near.destroyed) return;
    const again = () => void setTimeout(() => this.#join(near, until), TRY_AGAIN_MS);
    if (performance.now() > until) {
      this.#complain('nobody takes a connection');
      return void near.destroy();
    }
    const url = [...this.#ready][this.#turn++ % this.#ready.size];
    if (!url) return again();
    const { hostname, port } = new URL(url);
    const far = this.#keep(connect(Number(port), hostname));
    far.once('error', again).once('connect', () => {
      far.off('error', again);
      if (near.destroyed) return void far.destroy();
      near.once('close', () => far.destroy()).pipe(far);
      far.once('close', () => near.destroy()).pipe(near);
    });
  }

  #complain(of: string): void {
    this.complaints.push(`balancer, ${new Date().toISOString()}: ${of}`);
  }

  #keep(socket: Socket): Socket {
    this.#sockets.add(socket);
    return socket.on('error', () => undefined).once('close', () => this.#sockets.delete(socket));
  }
}
