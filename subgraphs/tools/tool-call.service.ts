import { isDeepStrictEqual } from 'node:util';
import { UniqueConstraintViolationException } from '@mikro-orm/core';
import type { Graph } from '../../infra/graph/graph.ts';
import { isId, newId } from '../../infra/id.ts';
import type { LimitRule, Limits } from '../../infra/limits/limits.ts';
import type { Queue } from '../../infra/queue/queue.ts';
import { Failure } from '../../schema/errors.ts';
import { actorOf, viewerOf, type Context } from '../framework/context.ts';
import { graphql } from '../framework/graphql.ts';
import type { Registry } from './registry.ts';
import { runTool, type Outcome } from './run-tool.ts';
import { storable } from './storable.ts';
import { ToolCall } from './tool-call.entity.ts';
import type { CallToolInput } from './tool-call.type.ts';

/** Rate limit of calls by people; runs have their own limits. */
const OWN_CALLS: LimitRule = { name: 'tools.call', points: 60, perSeconds: 60 };
const MAX_ARGUMENT_CHARACTERS = 256_000;

const RUN = graphql(`
  query ToolRun($id: ID!) {
    run(id: $id) {
      assistantVersion {
        knowledgeBaseIds
        toolIds
      }
    }
  }
`);

interface Request {
  toolId: string;
  arguments: unknown;
  runId: string | null;
  idempotencyKey: string | null;
}

/** Calls tools and stores each call with arguments, outcome and duration. */
export class ToolCallService {
  readonly #registry: Registry;
  readonly #graph: Graph;
  readonly #queue: Queue;
  readonly #limits: Limits;
  /** Calls in progress in this process, so that a repeated request waits for the first. */
  readonly #running = new Map<string, Promise<ToolCall>>();

  constructor(registry: Registry, ports: { graph: Graph; queue: Queue; limits: Limits }) {
    this.#registry = registry;
    this.#graph = ports.graph;
    this.#queue = ports.queue;
    this.#limits = ports.limits;
  }

  /** Calls a tool. A failed call is an outcome, which is passed to the model. Throws only for an invalid request. */
  async call(context: Context, input: CallToolInput): Promise<ToolCall> {
    const viewer = viewerOf(context);
    const request = toRequest(input);
    if (!this.#registry.has(request.toolId))
      throw new Failure('NOT_FOUND', { kind: 'Tool', reason: `There is no tool "${request.toolId.slice(0, 100)}".` });
    const knowledgeBaseIds = await this.#permit(context, request);
    if (!request.runId) await this.#limits.take(OWN_CALLS, viewer.userId);
    const call = await this.#begin(context, request);
    if (call.status !== 'RUNNING') return call;
    let work = this.#running.get(call.id);
    if (!work) {
      // Runs again after a crash: the tools only read.
      work = this.#work(context, call, knowledgeBaseIds).finally(() => this.#running.delete(call.id));
      this.#running.set(call.id, work);
    }
    return work;
  }

  /** Loads what the run's assistant may search. Throws `NOT_FOUND` for another person's run and for a tool that its assistant lacks. */
  async #permit({ identity }: Context, { runId, toolId }: Request): Promise<string[] | null> {
    if (!runId) return null;
    const { run } = await this.#graph.ask(RUN, { id: runId }, identity);
    const { knowledgeBaseIds, toolIds } = run.assistantVersion;
    if (!toolIds.includes(toolId))
      throw new Failure('NOT_FOUND', { kind: 'Tool', reason: 'The assistant of this run does not have this tool.' });
    return knowledgeBaseIds;
  }

  /** Inserts a call, or returns the one with the same idempotency key. */
  async #begin(context: Context, request: Request): Promise<ToolCall> {
    const ownerId = viewerOf(context).userId;
    const before = await this.#made(context, request);
    if (before) return before;
    try {
      return await context.em.transactional(async (em) => {
        const call = em.create(ToolCall, {
          id: newId(),
          ownerId,
          ...request,
          status: 'RUNNING',
          result: null,
          failureCode: null,
          failure: null,
          durationMs: null,
          createdAt: new Date(),
        });
        await em.flush();
        return call;
      });
    } catch (error) {
      if (!(error instanceof UniqueConstraintViolationException)) throw error;
      const winner = await this.#made(context, request);
      if (winner) return winner;
      throw error;
    }
  }

  async #made(context: Context, { runId, idempotencyKey, toolId, arguments: args }: Request): Promise<ToolCall | null> {
    if (!idempotencyKey) return null;
    const call = await context.em.fork().findOne(ToolCall, { ownerId: viewerOf(context).userId, runId, idempotencyKey });
    if (call && (call.toolId !== toolId || !isDeepStrictEqual(call.arguments, args))) throw new Failure('IDEMPOTENCY_CONFLICT');
    return call;
  }

  async #work(context: Context, call: ToolCall, knowledgeBaseIds: string[] | null): Promise<ToolCall> {
    const outcome = await runTool(this.#registry.get(call.toolId)!, call.arguments, {
      identity: context.identity,
      runId: call.runId,
      knowledgeBaseIds,
      log: context.log,
    });
    return this.#finish(context, call, outcome);
  }

  /** Stores the outcome and emits the event once; a second process, after a takeover, finds it stored. */
  async #finish(context: Context, call: ToolCall, outcome: Outcome): Promise<ToolCall> {
    const { id, toolId, runId, ownerId } = call;
    const { status, durationMs } = outcome;
    await context.em.fork().transactional(async (em) => {
      const changed = await em.nativeUpdate(ToolCall, { id, status: 'RUNNING' }, outcome);
      if (changed === 0) return;
      await this.#queue.emit(em, 'tool.called', { toolCallId: id, toolId, runId, ownerId, status, durationMs }, actorOf(context));
    });
    return context.em.fork().findOneOrFail(ToolCall, { id });
  }
}

function toRequest(input: CallToolInput): Request {
  const { toolId, runId = null, idempotencyKey = null } = input;
  if (runId !== null && !isId(runId)) throw new Failure('NOT_FOUND', { kind: 'Run' });
  if (idempotencyKey !== null && (idempotencyKey.length < 1 || idempotencyKey.length > 200)) {
    throw new Failure('BAD_USER_INPUT', { field: 'idempotencyKey', reason: 'An idempotency key has 1 to 200 characters.' });
  }
  if (JSON.stringify(input.arguments ?? null).length > MAX_ARGUMENT_CHARACTERS) {
    throw new Failure('BAD_USER_INPUT', { field: 'arguments', reason: `The arguments may have ${MAX_ARGUMENT_CHARACTERS} characters.` });
  }
  return { toolId, arguments: storable(input.arguments), runId, idempotencyKey };
}
