import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from './free-port.ts';

/**
 * The state of the connection: `pass`; `down`, the port is closed; `hold`, connections stay open and no byte arrives; `late`, each piece
 * arrives two seconds late; `reset`, connections are reset after the first piece of an answer; `slice`, answers arrive one byte at a
 * time.
 */
export type LinkState = 'pass' | 'down' | 'hold' | 'late' | 'reset' | 'slice';

const LATE_MS = 2_000;

/** A TCP proxy to a local port, which injects network faults. */
export class Relay {
  readonly #sockets = new Set<Socket>();
  readonly #target: number;
  #server: Server | undefined;
  #state: LinkState = 'pass';

  readonly port: number;

  private constructor(port: number, target: number) {
    this.port = port;
    this.#target = target;
  }

  static async start(target: number): Promise<Relay> {
    const relay = new Relay(await freePort(), target);
    await relay.#listen();
    return relay;
  }

  /** Applies to open connections as well; they end at `down` and at `pass`. */
  async setState(state: LinkState): Promise<void> {
    const wasDown = this.#state === 'down';
    this.#state = state;
    if (state === 'down') await this.close();
    else if (wasDown) await this.#listen();
    // Open connections lack the bytes that were held back or cut off, so they are closed.
    if (state === 'pass') this.#endAll();
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
      if (this.#state === 'reset') near.resetAndDestroy();
      if (this.#state !== 'slice') return near.write(bytes);
      for (const byte of bytes) {
        near.write(Buffer.from([byte]));
        await new Promise((resolve) => setImmediate(resolve));
      }
      return true;
    });
  }

  /** Forwards pieces in order. */
  #carry(from: Socket, to: Socket, pass: (bytes: Buffer) => unknown): void {
    let turn: Promise<unknown> = Promise.resolve();
    from.on('data', (bytes) => {
      turn = turn.then(async () => {
        if (this.#state === 'hold') return;
        if (this.#state === 'late') await pause(LATE_MS);
        if (!to.destroyed) await pass(bytes as Buffer);
      });
    });
    from.once('close', () => void turn.then(() => to.destroy()));
  }
}
