import { LockMode } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/sql';
import type { Ai } from '../../infra/ai/ai.ts';
import type { Graph } from '../../infra/graph/graph.ts';
import { isId, newId } from '../../infra/id.ts';
import type { Queue } from '../../infra/queue/queue.ts';
import { Failure } from '../../schema/errors.ts';
import type { Actor } from '../../schema/viewer.ts';
import { actorOf, viewerOf, type Context } from '../framework/context.ts';
import { requireOwned } from '../framework/policy.ts';
import { Assistant } from './assistant.entity.ts';
import type { CreateAssistantInput, UpdateAssistantInput } from './assistant.input.ts';
import { bounded, configure, requireReachable, type Configuration } from './configuration.ts';
import { AssistantVersion } from './version.entity.ts';

/** Manages assistants and their versions. Every change creates a version; versions are immutable. */
export class AssistantService {
  readonly #ai: Ai;
  readonly #graph: Graph;
  readonly #queue: Queue;

  constructor(ports: { ai: Ai; graph: Graph; queue: Queue }) {
    this.#ai = ports.ai;
    this.#graph = ports.graph;
    this.#queue = ports.queue;
  }

  async create(context: Context, input: CreateAssistantInput): Promise<Assistant> {
    const { userId } = viewerOf(context);
    const configuration = configure(null, input);
    const description = bounded('description', input.description ?? '', 0, 500);
    await this.#check(context, configuration);
    return context.em.transactional(async (em) => {
      const now = new Date();
      const versionId = newId();
      const assistant = em.create(Assistant, {
        id: newId(),
        ownerId: userId,
        name: configuration.name,
        description,
        version: 1,
        versionId,
        isDefault: false,
        createdAt: now,
        updatedAt: now,
        deletedAt: null,
      });
      em.create(AssistantVersion, {
        id: versionId,
        assistantId: assistant.id,
        ownerId: userId,
        number: 1,
        ...configuration,
        createdAt: now,
      });
      await em.flush();
      await this.#queue.emit(
        em,
        'assistant.created',
        { assistantId: assistant.id, ownerId: userId, name: assistant.name, version: 1 },
        actorOf(context),
      );
      return assistant;
    });
  }

  async update(context: Context, input: UpdateAssistantInput): Promise<Assistant> {
    const before = await this.#owned(context, input.id);
    const version = await context.em.findOneOrFail(AssistantVersion, { id: before.versionId });
    const configuration = configure(version, given(input));
    const description = input.description == null ? before.description : bounded('description', input.description, 0, 500);
    await this.#check(context, configuration);
    return context.em.transactional(async (em) => {
      const assistant = await em.findOneOrFail(Assistant, { id: before.id }, { lockMode: LockMode.PESSIMISTIC_WRITE });
      requireOwned(viewerOf(context), assistant.deletedAt ? null : assistant, 'Assistant');
      assistant.description = description;
      return this.#renew(em, assistant, configuration, actorOf(context));
    });
  }

  async delete(context: Context, id: string): Promise<void> {
    await this.#owned(context, id);
    await context.em.transactional(async (em) => {
      const assistant = requireOwned(
        viewerOf(context),
        await em.findOne(Assistant, { id, deletedAt: null }, { lockMode: LockMode.PESSIMISTIC_WRITE }),
        'Assistant',
      );
      assistant.deletedAt = new Date();
      await em.flush();
      await this.#queue.emit(
        em,
        'assistant.deleted',
        { assistantId: id, ownerId: assistant.ownerId, name: assistant.name },
        actorOf(context),
      );
    });
  }

  /** Removes a deleted knowledge base from the assistants that use it, by a new version of each. */
  async forgetKnowledgeBase(em: SqlEntityManager, knowledgeBaseId: string, actor: Actor): Promise<void> {
    await em.transactional(async (inner) => {
      const naming = await inner.execute<{ id: string }[]>(
        `select a.id from assistants.assistant a join assistants.assistant_version v on v.id = a.version_id
         where a.deleted_at is null and v.knowledge_base_ids @> ?::jsonb`,
        [JSON.stringify([knowledgeBaseId])],
      );
      for (const { id } of naming) {
        const assistant = await inner.findOneOrFail(Assistant, { id });
        const version = await inner.findOneOrFail(AssistantVersion, { id: assistant.versionId });
        const knowledgeBaseIds = version.knowledgeBaseIds.filter((other) => other !== knowledgeBaseId);
        await this.#renew(inner, assistant, configure(version, { knowledgeBaseIds }), actor);
      }
    });
  }

  async #renew(em: SqlEntityManager, assistant: Assistant, configuration: Configuration, actor: Actor): Promise<Assistant> {
    const now = new Date();
    assistant.version += 1;
    assistant.versionId = newId();
    assistant.name = configuration.name;
    assistant.updatedAt = now;
    em.create(AssistantVersion, {
      id: assistant.versionId,
      assistantId: assistant.id,
      ownerId: assistant.ownerId,
      number: assistant.version,
      ...configuration,
      createdAt: now,
    });
    await em.flush();
    const { id, ownerId, name, version } = assistant;
    await this.#queue.emit(em, 'assistant.updated', { assistantId: id, ownerId, name, version }, actor);
    return assistant;
  }

  async #owned(context: Context, id: string): Promise<Assistant> {
    return requireOwned(viewerOf(context), isId(id) ? await context.em.findOne(Assistant, { id, deletedAt: null }) : null, 'Assistant');
  }

  async #check(context: Context, configuration: Configuration): Promise<void> {
    if (configuration.model !== null) {
      const models = await this.#ai.models();
      if (!models.some((model) => model.id === configuration.model)) {
        throw new Failure('MODEL_NOT_FOUND', { field: 'model', available: models.map((model) => model.id).slice(0, 20) });
      }
    }
    await requireReachable(this.#graph, context.identity, configuration);
  }
}

/** Treats an explicit null of a non-null field as absent. */
function given({ model, temperature, ...rest }: UpdateAssistantInput) {
  const set = Object.fromEntries(Object.entries(rest).filter(([, value]) => value != null));
  return { ...set, ...(model === undefined ? {} : { model }), ...(temperature === undefined ? {} : { temperature }) };
}
