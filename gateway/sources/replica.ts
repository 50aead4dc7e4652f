import { setTimeout as pause } from 'node:timers/promises';
import { BrokenCircuitError, CircuitState, circuitBreaker, ConsecutiveBreaker, handleType } from 'cockatiel';
import { createClient, type Client } from 'graphql-ws';
import { Pool } from 'undici';
import WebSocket from 'ws';
import type { PullStream } from '../../infra/async/iterators.ts';
import type { SourceError, SourceRequest, SourceResult } from '../../schema/source.ts';
import { socketEvents } from './socket-events.ts';
import { TransportError } from './transport-error.ts';

/** Milliseconds. A working fetch is always faster than `ANSWER_MS`. */
const CONNECT_MS = 1_000;
const ANSWER_MS = 10_000;
/** Shorter than the server's keep-alive timeout, so that the server never closes a connection that is being reused. */
const IDLE_MS = 10_000;
const CONNECTIONS = 64;
const PING_MS = 5_000;
const FAILURES_TO_OPEN = 5;
const OPEN_MS = 1_000;
/** Interval of readiness probes of an unreachable replica. */
const PROBE_MS = 250;

/** A process of a subgraph: its connections and its health. */
export class Replica {
  readonly #pool: Pool;
  readonly #socket: Client;
  readonly #breaker = circuitBreaker(handleType(TransportError), {
    breaker: new ConsecutiveBreaker(FAILURES_TO_OPEN),
    halfOpenAfter: OPEN_MS,
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

  /** False while requests fail, or the process is starting, stopping or down. */
  get isHealthy(): boolean {
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

  /** Subscribes; a failed connection is thrown as `TransportError` by `next()`. */
  subscribe({ traceparent, ...request }: SourceRequest, token: string): PullStream<SourceResult> {
    return socketEvents((sink) =>
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
   * Probes the health endpoint until the replica is ready. Requests could probe as well, but a starting process may take
   * seconds to respond at all.
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
    // A GraphQL error with a status below 500 is final: a retry would return the same. 401 concerns the token of the
    // gateway, not its client.
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

/** Parses a GraphQL result; undefined if the body has neither data nor errors with messages. */
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

/** Connection errors: no request was sent. */
const UNSENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT']);

function broken(error: unknown): never {
  throw new TransportError(!UNSENT.has((error as NodeJS.ErrnoException).code ?? ''), { cause: error });
}

/** Without a timeout, an unanswered handshake would block its subscriptions for ever. */
class BoundedSocket extends WebSocket {
  constructor(url: string, protocols: string[]) {
    super(url, protocols, { handshakeTimeout: CONNECT_MS });
  }
}

/** Opens one socket for all subscriptions; each carries its own identity. Does not resubscribe. */
function openSocket(url: string): Client {
  let socket: WebSocket | undefined;
  let pongTimer: NodeJS.Timeout | undefined;
  return createClient({
    url,
    webSocketImpl: BoundedSocket,
    lazy: true,
    lazyCloseTimeout: IDLE_MS,
    retryAttempts: 0,
    shouldRetry: () => false,
    connectionAckWaitTimeout: CONNECT_MS * 2,
    keepAlive: PING_MS,
    on: {
      opened: (opened) => (socket = opened as WebSocket),
      ping: (received) => {
        // Detects a dead peer on a connection that was not closed.
        if (!received) pongTimer = setTimeout(() => socket?.terminate(), PING_MS);
      },
      pong: (received) => received && clearTimeout(pongTimer),
      closed: () => clearTimeout(pongTimer),
    },
  });
}
