import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

const LOOK_MS = 100;

/** Hands each new connection to a process that says it is ready, in turn; it looks ten times a second. */
export class Balancer {
  readonly #targets: () => string[];
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  readonly #looking: NodeJS.Timeout;
  #ready: string[] = [];
  #turn = 0;

  constructor(targets: () => string[]) {
    this.#targets = targets;
    this.#server = createServer((near) => this.#join(near));
    this.#looking = setInterval(() => void this.#look(), LOOK_MS);
  }

  async start(): Promise<void> {
    await this.#look();
    await new Promise<void>((listening) => this.#server.listen(0, '127.0.0.1', listening));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    clearInterval(this.#looking);
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((closed) => this.#server.close(closed));
  }

  async #look(): Promise<void> {
    const answers = this.#targets().map(async (url) => {
      const response = await fetch(`${url}/health/ready`, { headers: { connection: 'close' } }).catch(() => null);
      return response?.ok ? url : null;
    });
    this.#ready = (await Promise.all(answers)).filter((url) => url !== null);
  }

  #join(near: Socket): void {
    const url = this.#ready[this.#turn++ % this.#ready.length];
    if (!url) return void near.destroy();
    const { hostname, port } = new URL(url);
    const far = connect(Number(port), hostname);
    for (const socket of [near, far]) {
      this.#sockets.add(socket);
      socket.on('error', () => undefined).once('close', () => (near.destroy(), far.destroy(), this.#sockets.delete(socket)));
    }
    near.pipe(far);
    far.pipe(near);
  }
}
