import { createHash } from 'node:crypto';
import { LockMode } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/sql';
import type { Ai } from '../../infra/ai/ai.ts';
import type { Bus } from '../../infra/bus/bus.ts';
import type { Graph } from '../../infra/graph/graph.ts';
import { isId, newId } from '../../infra/id.ts';
import type { Queue } from '../../infra/queue/queue.ts';
import { Failure } from '../../schema/errors.ts';
import { actorOf, viewerOf, type Context } from '../framework/context.ts';
import { graphql } from '../framework/graphql.ts';
import { requireOwned } from '../framework/policy.ts';
import type { Values } from '../framework/subgraph.ts';
import { Conversation } from './conversation.entity.ts';
import { ownConversation } from './conversation.service.ts';
import { countMessage } from './daily-use.ts';
import { Message } from './message.entity.ts';
import type { RegenerateInput, SendMessageInput } from './message.type.ts';
import { requireModel } from './model-choice.ts';
import { Run } from './run/run.entity.ts';
import { titleFrom } from './title.ts';

const MAX_TEXT = 100_000;
const MAX_KEY = 200;

const CURRENT_VERSION = graphql(`
  query CurrentVersion($id: ID!) {
    assistant(id: $id) {
      currentVersion {
        id
      }
    }
  }
`);

export interface Sent {
  message: Message;
  run: Run;
}

/**
 * Creates the message, the empty answer and the run in one transaction. The run's lease is created expired, so that the
 * next worker that polls claims it.
 */
export class MessageService {
  readonly #ai: Ai;
  readonly #bus: Bus;
  readonly #graph: Graph;
  readonly #queue: Queue;
  readonly #values: Values;

  constructor(ports: { ai: Ai; bus: Bus; graph: Graph; queue: Queue; values: Values }) {
    this.#ai = ports.ai;
    this.#values = ports.values;
    this.#bus = ports.bus;
    this.#graph = ports.graph;
    this.#queue = ports.queue;
  }

  async send(context: Context, input: SendMessageInput): Promise<Sent> {
    const text = input.text.trim();
    if (!text || text.length > MAX_TEXT) refuse('text', `A message has 1 to ${MAX_TEXT.toLocaleString('en')} characters.`);
    const conversation = await ownConversation(context.em, context, input.conversationId);
    const key = keyOf(input.idempotencyKey, { ...input, text });
    await requireModel(this.#ai, input.model);
    const versionId = await this.#currentVersion(context, conversation);
    const sent = await context.em.transactional(async (em) => {
      const own = await lockConversation(em, context, conversation.id);
      const before = await this.#earlier(em, own.ownerId, key);
      if (before) return before;
      await requireQuiet(em, own.id);
      if (input.model !== undefined) own.model = input.model;
      const parentId = await parentOf(em, own, input.parentId);
      const message = em.create(Message, {
        id: newId(),
        conversationId: own.id,
        ownerId: own.ownerId,
        role: 'USER',
        text,
        reasoning: null,
        reasoningDurationMs: null,
        isTruncated: false,
        parentId,
        runId: null,
        createdAt: new Date(),
      });
      if (own.titleIsAutomatic && parentId === null) own.title = titleFrom(text);
      const run = await this.#queueRun(em, context, { conversation: own, question: message, versionId, key });
      await this.#queue.emit(
        em,
        'message.sent',
        { messageId: message.id, conversationId: own.id, runId: run.id, ownerId: own.ownerId },
        actorOf(context),
      );
      return { message, run };
    });
    await this.#announce(conversation, sent);
    return sent;
  }

  async regenerate(context: Context, input: RegenerateInput): Promise<Sent> {
    const answer = await ownMessage(context.em, context, input.messageId);
    if (answer.role !== 'ASSISTANT' || !answer.parentId) refuse('messageId', 'Only an answer can be regenerated.');
    const conversation = await ownConversation(context.em, context, answer.conversationId);
    const key = keyOf(input.idempotencyKey, { regenerate: answer.id, model: input.model });
    await requireModel(this.#ai, input.model);
    const versionId = await this.#currentVersion(context, conversation);
    const sent = await context.em.transactional(async (em) => {
      const own = await lockConversation(em, context, conversation.id);
      const before = await this.#earlier(em, own.ownerId, key);
      if (before) return before;
      await requireQuiet(em, own.id);
      if (input.model !== undefined) own.model = input.model;
      const question = await em.findOneOrFail(Message, { id: answer.parentId! });
      const run = await this.#queueRun(em, context, { conversation: own, question, versionId, key });
      await this.#queue.emit(
        em,
        'run.regenerated',
        { messageId: answer.id, conversationId: own.id, runId: run.id, ownerId: own.ownerId },
        actorOf(context),
      );
      return { message: question, run };
    });
    await this.#announce(conversation, sent);
    return sent;
  }

  async #queueRun(
    em: SqlEntityManager,
    context: Context,
    { conversation, question, versionId, key }: { conversation: Conversation; question: Message; versionId: string; key: Key | null },
  ): Promise<Run> {
    await countMessage(em, conversation.ownerId, this.#values);
    const now = new Date();
    const runId = newId();
    const answer = em.create(Message, {
      id: newId(),
      conversationId: conversation.id,
      ownerId: conversation.ownerId,
      role: 'ASSISTANT',
      text: '',
      reasoning: null,
      reasoningDurationMs: null,
      isTruncated: false,
      parentId: question.id,
      runId,
      createdAt: now,
    });
    const run = em.create(Run, {
      id: runId,
      conversationId: conversation.id,
      ownerId: conversation.ownerId,
      messageId: answer.id,
      questionId: question.id,
      assistantId: conversation.assistantId,
      assistantVersionId: versionId,
      status: 'QUEUED',
      attempt: 0,
      handedBack: 0,
      lastSeq: 0,
      worker: null,
      leaseUntil: now,
      stopRequestedAt: null,
      actor: actorOf(context),
      model: conversation.model,
      failureCode: null,
      failure: null,
      failureDetail: null,
      createdAt: now,
      startedAt: null,
      firstTokenAt: null,
      finishedAt: null,
    });
    conversation.selectedLeafId = answer.id;
    conversation.updatedAt = now;
    await em.flush();
    if (key) {
      await em.execute(
        'insert into conversations.idempotency (owner_id, key, fingerprint, message_id, run_id, created_at) values (?, ?, ?, ?, ?, ?)',
        [conversation.ownerId, key.key, key.fingerprint, question.id, runId, now],
      );
    }
    return run;
  }

  /** Notifies workers after the commit, so that they need not wait for the next sweep. */
  async #announce(conversation: Conversation, { run }: Sent): Promise<void> {
    if (run.status === 'QUEUED') await this.#bus.publish('run.queued', 'all', { runId: run.id });
    await this.#bus.publish('conversation', conversation.ownerId, { conversationId: conversation.id });
  }

  /** Returns what the same idempotency key created before. Rejects a different request under that key. */
  async #earlier(em: SqlEntityManager, ownerId: string, key: Key | null): Promise<Sent | null> {
    if (!key) return null;
    const [row] = await em.execute<{ fingerprint: string; message_id: string; run_id: string }[]>(
      'select fingerprint, message_id, run_id from conversations.idempotency where owner_id = ? and key = ?',
      [ownerId, key.key],
    );
    if (!row) return null;
    if (row.fingerprint !== key.fingerprint) throw new Failure('IDEMPOTENCY_CONFLICT');
    return { message: await em.findOneOrFail(Message, { id: row.message_id }), run: await em.findOneOrFail(Run, { id: row.run_id }) };
  }

  async #currentVersion(context: Context, conversation: Conversation): Promise<string> {
    if (conversation.assistantDeleted) throw new Failure('ASSISTANT_DELETED');
    const data = await this.#graph.ask(CURRENT_VERSION, { id: conversation.assistantId }, context.identity).catch((error: unknown) => {
      if (error instanceof Failure && error.code === 'NOT_FOUND') throw new Failure('ASSISTANT_DELETED');
      throw error;
    });
    return data.assistant.currentVersion.id;
  }
}

export async function ownMessage(em: SqlEntityManager, context: Context, id: string): Promise<Message> {
  return requireOwned(viewerOf(context), isId(id) ? await em.findOne(Message, { id }) : null, 'Message');
}

/** Serializes messages within a conversation, so that two tabs that send at once are ordered. */
async function lockConversation(em: SqlEntityManager, context: Context, id: string): Promise<Conversation> {
  return requireOwned(
    viewerOf(context),
    await em.findOne(Conversation, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true }),
    'Conversation',
  );
}

async function requireQuiet(em: SqlEntityManager, conversationId: string): Promise<void> {
  const active = await em.findOne(Run, { conversationId, status: { $in: ['QUEUED', 'RUNNING'] } });
  if (active) throw new Failure('RUN_ACTIVE', { runId: active.id });
}

async function parentOf(em: SqlEntityManager, conversation: Conversation, given: string | null | undefined): Promise<string | null> {
  if (given === null) return null;
  if (given === undefined) return conversation.selectedLeafId;
  const parent = isId(given) ? await em.findOne(Message, { id: given, conversationId: conversation.id }) : null;
  if (!parent) throw new Failure('NOT_FOUND', { kind: 'Message', field: 'parentId' });
  if (parent.role !== 'ASSISTANT') refuse('parentId', 'A message follows an answer.');
  return parent.id;
}

interface Key {
  key: string;
  fingerprint: string;
}

function keyOf(key: string | null | undefined, request: object): Key | null {
  if (key == null) return null;
  if (!key || key.length > MAX_KEY) refuse('idempotencyKey', `An idempotency key has 1 to ${MAX_KEY} characters.`);
  const { idempotencyKey: _, ...rest } = request as { idempotencyKey?: string };
  return { key, fingerprint: createHash('sha256').update(JSON.stringify(rest)).digest('hex') };
}

function refuse(field: string, reason: string): never {
  throw new Failure('BAD_USER_INPUT', { reason, field });
}
