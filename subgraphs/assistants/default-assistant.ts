import { newId } from '../../infra/id.ts';
import type { Queue } from '../../infra/queue/queue.ts';
import { actorOf, viewerOf, type Context } from '../framework/context.ts';
import { requireOwned } from '../framework/policy.ts';
import { Assistant } from './assistant.entity.ts';
import type { Configuration } from './configuration.ts';
import { AssistantVersion } from './version.entity.ts';

/** Without a model, so the default model of the installation answers. */
const CONFIGURATION: Configuration = {
  name: 'Assistant',
  instructions: 'Answer what you are asked, clearly and to the point. Say so when you do not know.',
  model: null,
  temperature: null,
  knowledgeBaseIds: [],
  toolIds: [],
  pageAccess: 'NAMED',
  starters: [],
};

/** Returns the person's default assistant and creates it on first use. */
export class DefaultAssistant {
  readonly #queue: Queue;

  constructor(queue: Queue) {
    this.#queue = queue;
  }

  async get(context: Context): Promise<Assistant> {
    const viewer = viewerOf(context);
    const own = { ownerId: viewer.userId, isDefault: true, deletedAt: null };
    const found = await context.em.findOne(Assistant, own);
    if (found) return found;
    await this.#make(context, viewer.userId);
    return requireOwned(viewer, await context.em.findOne(Assistant, own), 'Assistant');
  }

  /** The unique index lets one of several concurrent requests insert; the others wait for its commit and insert nothing. */
  async #make(context: Context, ownerId: string): Promise<void> {
    await context.em.transactional(async (em) => {
      const now = new Date();
      const [id, versionId] = [newId(), newId()];
      const made = await em.execute<{ id: string }[]>(
        `insert into assistants.assistant (id, owner_id, name, description, version, version_id, is_default, created_at, updated_at)
         values (?, ?, ?, '', 1, ?, true, ?, ?)
         on conflict (owner_id) where is_default and deleted_at is null do nothing returning id`,
        [id, ownerId, CONFIGURATION.name, versionId, now, now],
      );
      if (made.length === 0) return;
      em.create(AssistantVersion, { id: versionId, assistantId: id, ownerId, number: 1, ...CONFIGURATION, createdAt: now });
      await em.flush();
      await this.#queue.emit(em, 'assistant.created', { assistantId: id, ownerId, name: CONFIGURATION.name, version: 1 }, actorOf(context));
    });
  }
}
