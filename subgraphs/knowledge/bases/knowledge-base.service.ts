import type { Bus } from '../../../infra/bus/bus.ts';
import { newId } from '../../../infra/id.ts';
import type { Queue } from '../../../infra/queue/queue.ts';
import { Failure } from '../../../schema/errors.ts';
import { listPage, NEWEST_FIRST, type Connection, type PageArgs } from '../../framework/connection.ts';
import { actorOf, viewerOf, type Context } from '../../framework/context.ts';
import type { QuotaLimits } from '../../framework/quota.ts';
import { Document } from '../documents/document.entity.ts';
import { KnowledgeBase } from './knowledge-base.entity.ts';
import type { CreateKnowledgeBaseInput, UpdateKnowledgeBaseInput } from './knowledge-base.type.ts';
import { ownKnowledgeBase } from '../ownership.ts';
import { requireRoomForBase } from '../quota/storage-use.ts';
import { showDeleted } from '../documents/ingest/progress.ts';

export class KnowledgeBaseService {
  readonly #queue: Queue;
  readonly #bus: Bus;
  readonly #limits: QuotaLimits;

  constructor(queue: Queue, bus: Bus, limits: QuotaLimits) {
    this.#queue = queue;
    this.#bus = bus;
    this.#limits = limits;
  }

  list(context: Context, args: PageArgs): Promise<Connection<KnowledgeBase>> {
    return listPage(context.em.fork(), KnowledgeBase, { ownerId: viewerOf(context).userId }, NEWEST_FIRST, args);
  }

  async create(context: Context, input: CreateKnowledgeBaseInput): Promise<KnowledgeBase> {
    const { userId: ownerId } = viewerOf(context);
    const name = bounded('name', input.name, 1, 100);
    const description = bounded('description', input.description ?? '', 0, 1_000);
    const now = new Date();
    return context.em.transactional(async (em) => {
      await requireRoomForBase(em, ownerId, this.#limits);
      const knowledgeBase = em.create(KnowledgeBase, { id: newId(), ownerId, name, description, createdAt: now, updatedAt: now });
      await em.flush();
      await this.#queue.emit(em, 'knowledgeBase.created', { knowledgeBaseId: knowledgeBase.id, ownerId, name }, actorOf(context));
      return knowledgeBase;
    });
  }

  async update(context: Context, { id, ...input }: UpdateKnowledgeBaseInput): Promise<KnowledgeBase> {
    await ownKnowledgeBase(id, context);
    const changes = {
      ...(input.name == null ? {} : { name: bounded('name', input.name, 1, 100) }),
      ...(input.description == null ? {} : { description: bounded('description', input.description, 0, 1_000) }),
    };
    return context.em.transactional(async (em) => {
      const knowledgeBase = await em.findOne(KnowledgeBase, { id });
      if (!knowledgeBase) throw new Failure('NOT_FOUND', { kind: 'KnowledgeBase' });
      Object.assign(knowledgeBase, changes, { updatedAt: new Date() });
      await em.flush();
      await this.#queue.emit(
        em,
        'knowledgeBase.updated',
        { knowledgeBaseId: id, ownerId: knowledgeBase.ownerId, name: knowledgeBase.name },
        actorOf(context),
      );
      return knowledgeBase;
    });
  }

  /** Deletes the rows immediately; a job queued in the same transaction deletes files and vectors. */
  async delete(context: Context, id: string): Promise<void> {
    const { ownerId, name } = await ownKnowledgeBase(id, context);
    const documents = await context.em.transactional(async (em) => {
      const rows = await em.find(Document, { knowledgeBaseId: id }, { fields: ['id', 'knowledgeBaseId', 'uploadKey'] });
      if ((await em.nativeDelete(KnowledgeBase, { id })) === 0) throw new Failure('NOT_FOUND', { kind: 'KnowledgeBase' });
      await this.#queue.emit(em, 'knowledgeBase.deleted', { knowledgeBaseId: id, ownerId, name }, actorOf(context));
      await this.#queue.add(em, 'knowledgeBase.purge', {
        knowledgeBaseId: id,
        documents: rows.map((row) => ({ documentId: row.id, uploadKey: row.uploadKey })),
      });
      return rows;
    });
    for (const document of documents) await showDeleted(this.#bus, document);
  }
}

function bounded(field: string, value: string, least: number, most: number): string {
  const text = value.trim();
  if (text.length < least || text.length > most) {
    const reason = least === 0 ? `\`${field}\` has at most ${most} characters.` : `\`${field}\` has ${least} to ${most} characters.`;
    throw new Failure('BAD_USER_INPUT', { reason, field });
  }
  return text;
}
