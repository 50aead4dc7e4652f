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
import { Conversation } from './conversation.entity.ts';
import type { StartConversationInput } from './conversation.type.ts';
import { Message } from './message.entity.ts';
import { requireModel } from './model-choice.ts';
import { Run } from './run/run.entity.ts';
import { newestLeaf } from './thread.ts';
import { UNTITLED } from './title.ts';

const MAX_TITLE = 200;

const DEFAULT_ASSISTANT = graphql(`
  query DefaultAssistant {
    assistant: defaultAssistant {
      id
    }
  }
`);
const ASSISTANT = graphql(`
  query ConversationAssistant($id: ID!) {
    assistant(id: $id) {
      id
    }
  }
`);

export class ConversationService {
  readonly #ai: Ai;
  readonly #bus: Bus;
  readonly #graph: Graph;
  readonly #queue: Queue;

  constructor(ports: { ai: Ai; bus: Bus; graph: Graph; queue: Queue }) {
    this.#ai = ports.ai;
    this.#bus = ports.bus;
    this.#graph = ports.graph;
    this.#queue = ports.queue;
  }

  async start(context: Context, { assistantId: asked, model, title }: StartConversationInput): Promise<Conversation> {
    const { userId } = viewerOf(context);
    const given = title == null ? null : titleOf(title);
    await requireModel(this.#ai, model);
    const assistantId = await this.#assistantId(context, asked);
    const conversation = await context.em.transactional(async (em) => {
      const now = new Date();
      const started = em.create(Conversation, {
        id: newId(),
        ownerId: userId,
        assistantId,
        assistantDeleted: false,
        model: model ?? null,
        title: given ?? UNTITLED,
        titleIsAutomatic: given === null,
        selectedLeafId: null,
        createdAt: now,
        updatedAt: now,
      });
      await em.flush();
      await this.#queue.emit(em, 'conversation.started', { conversationId: started.id, ownerId: userId, assistantId }, actorOf(context));
      return started;
    });
    await this.announce(conversation);
    return conversation;
  }

  async rename(context: Context, id: string, title: string): Promise<Conversation> {
    const renamed = titleOf(title);
    const conversation = await context.em.transactional(async (em) => {
      const own = await ownConversation(em, context, id);
      own.title = renamed;
      own.titleIsAutomatic = false;
      await em.flush();
      await this.#queue.emit(em, 'conversation.renamed', { conversationId: id, ownerId: own.ownerId }, actorOf(context));
      return own;
    });
    await this.announce(conversation);
    return conversation;
  }

  /** Deletes a conversation with everything in it; an active run finds its row missing and ends. */
  async delete(context: Context, id: string): Promise<void> {
    const { conversation, runs } = await context.em.transactional(async (em) => {
      const own = await ownConversation(em, context, id);
      const active = await em.find(Run, { conversationId: id, status: { $in: ['QUEUED', 'RUNNING'] } });
      await em.nativeDelete(Conversation, { id });
      await this.#queue.emit(em, 'conversation.deleted', { conversationId: id, ownerId: own.ownerId }, actorOf(context));
      return { conversation: own, runs: active };
    });
    for (const run of runs) await this.#bus.publish('run.stop', run.id, { runId: run.id });
    await this.#bus.publish('conversation', conversation.ownerId, { conversationId: id, deleted: true });
  }

  async selectBranch(context: Context, id: string, messageId: string): Promise<Conversation> {
    const conversation = await context.em.transactional(async (em) => {
      const own = await ownConversation(em, context, id);
      const message = isId(messageId) ? await em.findOne(Message, { id: messageId, conversationId: id }) : null;
      if (!message) throw new Failure('NOT_FOUND', { kind: 'Message' });
      own.selectedLeafId = await newestLeaf(em, messageId);
      await em.flush();
      await this.#queue.emit(
        em,
        'conversation.branchSelected',
        { conversationId: id, ownerId: own.ownerId, messageId: own.selectedLeafId },
        actorOf(context),
      );
      return own;
    });
    await this.announce(conversation);
    return conversation;
  }

  /** Marks the conversations of a deleted assistant, which stay readable. */
  async forgetAssistant(em: SqlEntityManager, assistantId: string): Promise<void> {
    await em.nativeUpdate(Conversation, { assistantId }, { assistantDeleted: true });
  }

  /** Loads the assistant with the person's rights, so another person's is NOT_FOUND. Defaults to the person's default assistant. */
  async #assistantId(context: Context, asked: string | null | undefined): Promise<string> {
    const { assistant } = await (asked == null
      ? this.#graph.ask(DEFAULT_ASSISTANT, {}, context.identity)
      : this.#graph.ask(ASSISTANT, { id: asked }, context.identity));
    return assistant.id;
  }

  async announce({ ownerId, id }: Pick<Conversation, 'ownerId' | 'id'>): Promise<void> {
    await this.#bus.publish('conversation', ownerId, { conversationId: id });
  }
}

export async function ownConversation(em: SqlEntityManager, context: Context, id: string): Promise<Conversation> {
  return requireOwned(viewerOf(context), isId(id) ? await em.findOne(Conversation, { id }) : null, 'Conversation');
}

function titleOf(text: string): string {
  const title = text.trim();
  if (!title || title.length > MAX_TITLE)
    throw new Failure('BAD_USER_INPUT', { reason: `A title has 1 to ${MAX_TITLE} characters.`, field: 'title' });
  return title;
}
