import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { createHandler } from 'graphql-sse/lib/use/fastify';
import type { Log } from '../../infra/log.ts';
import { Failure } from '../../schema/errors.ts';
import type { Caller } from '../auth/caller.ts';
import type { AdmittedOperation, Answer, OperationPipeline } from '../pipeline/pipeline.ts';
import type { ConnectedPeople } from './connected-people.ts';
import { EventFeed } from './event-feed.ts';
import type { GraphRequest } from '../execution/request.ts';
import { watchSession } from './session-watch.ts';
import type { StreamSlots } from './stream-slots.ts';
import type { AuthenticatedSession, SessionAuthenticator } from '../auth/session-authenticator.ts';

export interface EventOptions {
  pipeline: OperationPipeline;
  authenticator: SessionAuthenticator;
  people: ConnectedPeople;
  slots: StreamSlots;
  callerOf(request: FastifyRequest): Caller;
  log: Log;
}

/**
 * Serves `/graphql/stream`: server-sent events in the "distinct connections" mode of GraphQL over SSE, for clients and
 * proxies without WebSocket.
 */
export class SseServer {
  readonly #open = new Set<EventFeed>();
  readonly #answers = new WeakMap<FastifyRequest, EventFeed>();
  readonly #handle = createHandler({
    // No token disables the "single connection" mode; WebSocket serves that purpose.
    authenticate: () => null,
    onSubscribe: ({ raw }) => this.#answers.get(raw as unknown as FastifyRequest) as never,
  });

  readonly #options: EventOptions;

  constructor(options: EventOptions) {
    this.#options = options;
  }

  addTo(app: FastifyInstance): void {
    app.route({
      method: ['GET', 'POST'],
      url: '/graphql/stream',
      exposeHeadRoute: false,
      handler: (request, reply) => this.#serve(request, reply),
    });
  }

  /** Ends every stream with `SHUTTING_DOWN`. */
  close(): void {
    for (const feed of this.#open) feed.end(new Failure('SHUTTING_DOWN'));
  }

  async #serve(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    if (request.headers.accept !== 'text/event-stream') {
      throw new Failure('BAD_REQUEST', { reason: 'Send `Accept: text/event-stream`.', httpStatus: 406 });
    }
    let session: AuthenticatedSession | undefined;
    const caller = this.#options.callerOf(request);
    const authenticate = async () => (session = await caller.authenticate());
    const admitted = await this.#options.pipeline.admit(requestOf(request), { ...caller, authenticate });
    if (request.method === 'GET' && admitted.request.operation.operation === 'mutation') throw new Failure('METHOD_NOT_ALLOWED');
    const feed = await this.#feed(admitted, reply);
    const unwatch = session
      ? watchSession(this.#options, session, (why) => feed.end(new Failure(why === 'token expired' ? 'TOKEN_EXPIRED' : 'UNAUTHENTICATED')))
      : () => {};
    reply.hijack();
    this.#answers.set(request, feed);
    try {
      await this.#handle(request as never, reply as never);
    } finally {
      unwatch();
      await feed.return();
    }
    return reply;
  }

  /** Reports errors before the stream begins, while an HTTP status can still be sent. */
  async #feed(admitted: AdmittedOperation, reply: FastifyReply): Promise<EventFeed> {
    const { pipeline, slots } = this.#options;
    const release = slots.take(admitted.identity.viewer?.userId ?? '');
    const isStream = admitted.request.operation.operation === 'subscription';
    const result = await (isStream ? pipeline.subscribe(admitted) : pipeline.run(admitted)).catch(
      (error: unknown) => (release(), Promise.reject(error)),
    );
    const explain = (why: Failure) => pipeline.toErrorAnswer(why, admitted.identity.requestId);
    const feed = new EventFeed(Symbol.asyncIterator in result ? result : single(result), reply.raw, explain);
    this.#open.add(feed);
    return feed.onEnd(release).onEnd(() => this.#open.delete(feed));
  }
}

function requestOf({ method, body, query }: FastifyRequest): GraphRequest {
  const given = (method === 'GET' ? query : body) as Record<string, unknown> | null | undefined;
  const variables = typeof given?.['variables'] === 'string' && method === 'GET' ? readJson(given['variables']) : given?.['variables'];
  const operationName = given?.['operationName'];
  if (typeof given?.['query'] !== 'string') throw new Failure('BAD_REQUEST', { reason: 'Send the document as `query`.' });
  if (variables != null && (typeof variables !== 'object' || Array.isArray(variables)))
    throw new Failure('BAD_REQUEST', { reason: '`variables` must be an object.' });
  if (operationName != null && typeof operationName !== 'string')
    throw new Failure('BAD_REQUEST', { reason: '`operationName` must be a text.' });
  return { query: given['query'], operationName: operationName ?? null, variables: (variables ?? null) as GraphRequest['variables'] };
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Failure('BAD_REQUEST', { reason: '`variables` must be JSON.' }, { cause });
  }
}

async function* single(answer: Answer): AsyncGenerator<Answer> {
  yield answer;
}
