import WebSocket, { type ClientOptions } from 'ws';
import type { ProductApi } from '../product.ts';

interface Closing {
  code: number;
  reason: string;
  afterMs: number;
}

/** A WebSocket client without a protocol of its own: it sends exactly the given messages. */
export class RawSocket {
  readonly #received: any[] = [];
  readonly #waiting = new Set<() => void>();
  readonly closed: Promise<Closing>;
  /** The HTTP status of a refused upgrade, 0 where the handshake failed; null when it opened. */
  readonly refusal: Promise<number | null>;

  readonly socket: WebSocket;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    const began = performance.now();
    this.closed = new Promise((resolve) =>
      socket.once('close', (code, reason) => resolve({ code, reason: reason.toString(), afterMs: performance.now() - began })),
    );
    this.refusal = new Promise((resolve) => {
      socket.once('open', () => resolve(null));
      socket.once('error', () => resolve(0));
      socket.once('unexpected-response', (request, response) => {
        resolve(response.statusCode ?? 0);
        request.destroy();
      });
    });
    socket.on('error', () => undefined);
    socket.on('close', () => this.#wake());
    socket.on('message', (data) => {
      this.#received.push(JSON.parse(String(data)));
      this.#wake();
    });
  }

  static async open(product: ProductApi, options: ClientOptions = {}, protocol = 'graphql-transport-ws'): Promise<RawSocket> {
    const raw = new RawSocket(new WebSocket(`${product.url.replace('http', 'ws')}/graphql`, protocol, options));
    await raw.refusal;
    return raw;
  }

  /** Opens a socket and authenticates it. */
  static async enter(product: ProductApi, accessToken: string): Promise<RawSocket> {
    const raw = await RawSocket.open(product);
    raw.send({ type: 'connection_init', payload: { accessToken } });
    await raw.message(({ type }) => type === 'connection_ack');
    return raw;
  }

  send(message: object | string): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  subscribe(id: string, query: string, variables: Record<string, unknown> = {}): void {
    this.send({ id, type: 'subscribe', payload: { query, variables } });
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
  }

  /** Returns the first message that matches, received or still to come; rejects when the socket closes before. */
  async message(fits: (message: any) => boolean, withinMs = 10_000): Promise<any> {
    const deadline = Date.now() + withinMs;
    for (;;) {
      const found = this.#received.find(fits);
      if (found) return found;
      if (this.socket.readyState === WebSocket.CLOSED) throw new Error(`closed without such a message: ${JSON.stringify(this.#received)}`);
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new Error(`no such message within ${withinMs} ms: ${JSON.stringify(this.#received)}`)),
          Math.max(0, deadline - Date.now()),
        );
        const wake = () => {
          clearTimeout(timer);
          this.#waiting.delete(wake);
          resolve();
        };
        this.#waiting.add(wake);
      });
    }
  }
}
