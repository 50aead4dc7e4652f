import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from './free-port.ts';

/**
 * What happens on the way: `pass`; `down`, nobody listens; `hold`, every connection stands and nothing comes through;
 * `late`, each piece comes two seconds late; `reset`, connections are torn down after the first piece of an answer;
 * `slice`, answers come one byte at a time.
 */
export type Weather = 'pass' | 'down' | 'hold' | 'late' | 'reset' | 'slice';

const LATE_MS = 2_000;

/** Passes connections on to a port of this machine, in any weather. */
export class Relay {
  readonly #sockets = new Set<Socket>();
  readonly #target: number;
  #server: Server | undefined;
  #weather: Weather = 'pass';

  private constructor(
    readonly port: number,
    target: number,
  ) {
    this.#target = target;
  }

  static async start(target: number): Promise<Relay> {
    const relay = new Relay(await freePort(), target);
    await relay.#listen();
    return relay;
  }

  /** Also for the connections that stand, except that they end when it becomes `down` or clears up again. */
  async turn(weather: Weather): Promise<void> {
    const wasDown = this.#weather === 'down';
    this.#weather = weather;
    if (weather === 'down') await this.close();
    else if (wasDown) await this.#listen();
    // Bytes that were held back or cut off are missing from the conversations that stand: they end.
    if (weather === 'pass') this.#endAll();
  }

  async close(): Promise<void> {
    this.#endAll();
    const server = this.#server;
    this.#server = undefined;
    if (server) await new Promise((closed) => server.close(closed));
  }

  #endAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async #listen(): Promise<void> {
    const server = createServer((near) => this.#join(near));
    this.#server = server;
    await once(server.listen(this.port, '127.0.0.1'), 'listening');
  }

  #join(near: Socket): void {
    const far = connect(this.#target, '127.0.0.1');
    for (const socket of [near, far]) {
      this.#sockets.add(socket);
      socket.on('error', () => undefined).once('close', () => this.#sockets.delete(socket));
    }
    this.#carry(near, far, (bytes) => far.write(bytes));
    this.#carry(far, near, async (bytes) => {
      if (this.#weather === 'reset') near.resetAndDestroy();
      if (this.#weather !== 'slice') return near.write(bytes);
      for (const byte of bytes) {
        near.write(Buffer.from([byte]));
        await new Promise((resolve) => setImmediate(resolve));
      }
      return true;
    });
  }

  /** In order, each piece after the one before it. */
  #carry(from: Socket, to: Socket, pass: (bytes: Buffer) => unknown): void {
    let turn: Promise<unknown> = Promise.resolve();
    from.on('data', (bytes) => {
      turn = turn.then(async () => {
        if (this.#weather === 'hold') return;
        if (this.#weather === 'late') await pause(LATE_MS);
        if (!to.destroyed) await pass(bytes as Buffer);
      });
    });
    from.once('close', () => void turn.then(() => to.destroy()));
  }
}
