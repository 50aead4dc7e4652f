import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

const LOOK_MS = 500;
const ANSWER_MS = 2_000;

/** Hands each new connection to a process that says it is ready, in turn, and to the next one when that has just died. */
export class Balancer {
  readonly #targets: () => string[];
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  readonly #looking: NodeJS.Timeout;
  readonly #ready = new Set<string>();
  #turn = 0;

  constructor(targets: () => string[]) {
    this.#targets = targets;
    this.#server = createServer((near) => this.#join(this.#keep(near), this.#ready.size));
    this.#looking = setInterval(() => void this.look(), LOOK_MS);
  }

  async start(): Promise<void> {
    await this.look();
    await new Promise<void>((listening) => this.#server.listen(0, '127.0.0.1', listening));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Who is ready now; it also looks by itself, twice a second. */
  async look(): Promise<void> {
    const looks = this.#targets().map(async (url) => {
      const options = { headers: { connection: 'close' }, signal: AbortSignal.timeout(ANSWER_MS) };
      const response = await fetch(`${url}/health/ready`, options).catch(() => null);
      if (response?.ok) this.#ready.add(url);
      else this.#ready.delete(url);
    });
    await Promise.all(looks);
  }

  async stop(): Promise<void> {
    clearInterval(this.#looking);
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((closed) => this.#server.close(closed));
  }

  #join(near: Socket, attempts: number): void {
    const url = [...this.#ready][this.#turn++ % this.#ready.size];
    if (!url || attempts === 0) return void near.destroy();
    const { hostname, port } = new URL(url);
    const far = this.#keep(connect(Number(port), hostname));
    const refused = () => this.#join(near, attempts - 1);
    far.once('error', refused).once('connect', () => {
      far.off('error', refused);
      if (near.destroyed) return void far.destroy();
      near.once('close', () => far.destroy()).pipe(far);
      far.once('close', () => near.destroy()).pipe(near);
    });
  }

  #keep(socket: Socket): Socket {
    this.#sockets.add(socket);
    return socket.on('error', () => undefined).once('close', () => this.#sockets.delete(socket));
  }
}
