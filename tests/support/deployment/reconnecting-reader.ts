import { setTimeout as pause } from 'node:timers/promises';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { RUN_EVENTS } from '../run-reader.ts';

const ENDS = new Set(['RunFinished', 'RunStopped', 'RunFailed']);
const BREATH_MS = 100;

/**
 * A client that reads a run to its end: it reconnects to any gateway, from the last event that it received. `events` are all that it
 * received, in order.
 */
export class ReconnectingReader {
  readonly events: any[] = [];
  reconnects = 0;
  /** The longest time between two events, in milliseconds. */
  longestPauseMs = 0;
  #lastAt = performance.now();
  readonly #gateways: () => string[];
  readonly #token: string;
  readonly runId: string;
  /** Returns the number of events after which it closes its connection. */
  readonly #patience: () => number;

  constructor(parts: { gateways: () => string[]; token: string; runId: string; patience?: () => number }) {
    this.#gateways = parts.gateways;
    this.#token = parts.token;
    this.runId = parts.runId;
    this.#patience = parts.patience ?? (() => Infinity);
  }

  get isOver(): boolean {
    return ENDS.has(this.events.at(-1)?.__typename);
  }

  async watch(): Promise<this> {
    while (!this.isOver) {
      await this.#read();
      if (this.isOver) break;
      this.reconnects += 1;
      await pause(BREATH_MS);
    }
    return this;
  }

  #take(event: unknown): void {
    const now = performance.now();
    if (this.events.length > 0) this.longestPauseMs = Math.max(this.longestPauseMs, now - this.#lastAt);
    this.#lastAt = now;
    this.events.push(event);
  }

  async #read(): Promise<void> {
    const gateways = this.#gateways();
    const client = createClient({
      url: `${gateways[Math.floor(Math.random() * gateways.length)]!.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      connectionParams: { accessToken: this.#token },
    });
    let left = this.#patience();
    try {
      const variables = { runId: this.runId, after: this.events.at(-1)?.cursor };
      for await (const { data, errors } of client.iterate<any>({ query: RUN_EVENTS, variables })) {
        if (errors) return;
        this.#take(data.runEvents);
        if (--left <= 0) return;
      }
    } catch {
      // The connection was closed or never opened; the next pass reconnects.
    } finally {
      await client.dispose();
    }
  }
}
