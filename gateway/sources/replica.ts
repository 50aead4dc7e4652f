import { setTimeout as pause } from 'node:timers/promises';
import { BrokenCircuitError, CircuitState, circuitBreaker, ConsecutiveBreaker, handleType } from 'cockatiel';
import { createClient, type Client } from 'graphql-ws';
import { Pool } from 'undici';
import WebSocket from 'ws';
import type { SourceError, SourceRequest, SourceResult } from '../../schema/source.ts';
import { EventQueue } from './event-queue.ts';
import { TransportError } from './transport-error.ts';

/** Milliseconds. No fetch of a plan takes as long as the longest of these unless something is broken. */
const CONNECT_MS = 1_000;
const ANSWER_MS = 10_000;
/** Shorter than the server's own, so that it is we who close an idle connection, never in the face of a request. */
const IDLE_MS = 10_000;
const CONNECTIONS = 64;
const BEAT_MS = 5_000;
const FAILURES_TO_OPEN = 5;
const REST_MS = 1_000;
/** Between two questions whether a replica that was away is ready. */
const PROBE_MS = 250;

/** One process that answers for a subgraph: its connections, and whether it is worth asking. */
export class Replica {
  readonly #pool: Pool;
  readonly #socket: Client;
  readonly #breaker = circuitBreaker(handleType(TransportError), {
    breaker: new ConsecutiveBreaker(FAILURES_TO_OPEN),
    halfOpenAfter: REST_MS,
  });
  readonly #closing = new AbortController();
  #isAway = false;

  constructor(url: string) {
    this.#pool = new Pool(url, {
      connections: CONNECTIONS,
      keepAliveTimeout: IDLE_MS,
      connectTimeout: CONNECT_MS,
      headersTimeout: ANSWER_MS,
      bodyTimeout: ANSWER_MS,
    });
    this.#socket = openSocket(`${url.replace(/^http/, 'ws')}/graphql`);
  }

  /** False while it fails, stops, is down or starts. */
  get isWell(): boolean {
    return this.#breaker.state !== CircuitState.Open && !this.#isAway;
  }

  /** Throws `TransportError`. */
  async execute(request: SourceRequest, token: string): Promise<SourceResult> {
    try {
      return await this.#breaker.execute(() => this.#post(request, token));
    } catch (error) {
      if (error instanceof BrokenCircuitError) throw new TransportError(false, { cause: error });
      if (error instanceof TransportError && !error.mayHaveExecuted) void this.#awaitReturn();
      throw error;
    }
  }

  /** The events of a subscription; the first reading throws `TransportError` where none came. */
  subscribe({ traceparent, ...request }: SourceRequest, token: string): EventQueue {
    return new EventQueue((sink) =>
      this.#socket.subscribe({ ...request, extensions: { identity: token, traceparent } } as Parameters<Client['subscribe']>[0], sink),
    );
  }

  async ping(): Promise<void> {
    const { statusCode, body } = await this.#pool.request({ method: 'GET', path: '/health/ready', headersTimeout: CONNECT_MS });
    await body.dump();
    if (statusCode !== 200) throw new Error(`the replica answers ${statusCode}`);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#socket.dispose();
    await this.#pool.destroy();
  }

  /**
   * Asks its health until it is ready. A request would find out, too, but a process that starts may take seconds before it
   * even says that it is not ready.
   */
  async #awaitReturn(): Promise<void> {
    if (this.#isAway) return;
    this.#isAway = true;
    const { signal } = this.#closing;
    while (this.#isAway && !signal.aborted) {
      await pause(PROBE_MS, undefined, { signal, ref: false }).catch(() => undefined);
      await this.ping().then(
        () => (this.#isAway = false),
        () => undefined,
      );
    }
  }

  async #post(request: SourceRequest, token: string): Promise<SourceResult> {
    const { statusCode, body } = await this.#send(request, token);
    if (statusCode === 200) return (await body.json().catch(broken)) as SourceResult;
    const text = await body.text().catch(broken);
    // A refusal with a status below 500 is an answer like any other: asked again, it would be the same. 401 is about the
    // token of this gateway, and not for its client.
    const result = statusCode < 500 && statusCode !== 401 ? resultIn(text) : undefined;
    if (result) return result;
    throw new TransportError(statusCode !== 503, { cause: new Error(`status ${statusCode}: ${text.slice(0, 300)}`) });
  }

  #send({ traceparent, ...request }: SourceRequest, token: string) {
    return this.#pool
      .request({
        method: 'POST',
        path: '/graphql',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...(traceparent ? { traceparent } : {}) },
        body: JSON.stringify(request),
      })
      .catch(broken);
  }
}

/** The body, where it is a result of GraphQL: it has errors with messages, or data. */
function resultIn(text: string): SourceResult | undefined {
  try {
    const { data, errors } = (JSON.parse(text) ?? {}) as { data?: unknown; errors?: unknown };
    const areErrors =
      Array.isArray(errors) && errors.length > 0 && errors.every((one) => typeof (one as SourceError)?.message === 'string');
    if (!areErrors && (typeof data !== 'object' || data === null)) return undefined;
    return {
      ...(typeof data === 'object' ? { data: data as SourceResult['data'] } : {}),
      ...(areErrors ? { errors } : {}),
    } as SourceResult;
  } catch {
    return undefined;
  }
}

/** Codes of failures to connect: nothing was sent. */
const UNSENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT']);

function broken(error: unknown): never {
  throw new TransportError(!UNSENT.has((error as NodeJS.ErrnoException).code ?? ''), { cause: error });
}

/** A handshake that nobody answers would otherwise keep its subscriptions waiting for ever. */
class BoundedSocket extends WebSocket {
  constructor(url: string, protocols: string[]) {
    super(url, protocols, { handshakeTimeout: CONNECT_MS });
  }
}

/** One socket for all subscriptions of this process; each carries its own identity. It never subscribes again by itself. */
function openSocket(url: string): Client {
  let socket: WebSocket | undefined;
  let silence: NodeJS.Timeout | undefined;
  return createClient({
    url,
    webSocketImpl: BoundedSocket,
    lazy: true,
    lazyCloseTimeout: IDLE_MS,
    retryAttempts: 0,
    shouldRetry: () => false,
    connectionAckWaitTimeout: CONNECT_MS * 2,
    keepAlive: BEAT_MS,
    on: {
      opened: (opened) => (socket = opened as WebSocket),
      ping: (received) => {
        // A peer that does not even answer a beat is gone, though nobody has closed the connection.
        if (!received) silence = setTimeout(() => socket?.terminate(), BEAT_MS);
      },
      pong: (received) => received && clearTimeout(silence),
      closed: () => clearTimeout(silence),
    },
  });
}
