import { Arg, Ctx, FieldResolver, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { Ai } from '../../../infra/ai/ai.ts';
import type { Queue } from '../../../infra/queue/queue.ts';
import { pageSize } from '../../framework/connection.ts';
import { actorOf, viewerOf, type Context } from '../../framework/context.ts';
import { requirePermission } from '../../framework/policy.ts';
import { VectorIndex } from './vector-index.entity.ts';
import { documentsOfIndex } from './vector-index.loader.ts';
import { ReindexKnowledgePayload, VectorIndexType } from './vector-index.type.ts';
import { beginIndex, lockPointer } from './vector-indexes.ts';

@Resolver(() => VectorIndexType)
export class VectorIndexResolver {
  readonly #queue: Queue;
  readonly #ai: Ai;

  constructor(queue: Queue, ai: Ai) {
    this.#queue = queue;
    this.#ai = ai;
  }

  @Query(() => [VectorIndexType], { description: 'The vector indexes, newest first. Administrators only.' })
  async vectorIndexes(
    @Arg('first', () => Int, { nullable: true, description: 'How many at most, 1 to 100; 10 when absent.' }) first: number | null,
    @Ctx() context: Context,
  ): Promise<VectorIndexType[]> {
    requirePermission(viewerOf(context), 'knowledge.reindex');
    return context.em.fork().find(VectorIndex, {}, { orderBy: { id: 'desc' }, limit: pageSize({ first }, 10) });
  }

  @Mutation(() => ReindexKnowledgePayload, {
    description: 'Rebuilds the vectors of all documents in a second index, which then replaces the active one. Administrators only.',
  })
  async reindexKnowledge(@Ctx() context: Context): Promise<ReindexKnowledgePayload> {
    requirePermission(viewerOf(context), 'knowledge.reindex');
    const { model } = this.#ai.embedding;
    const vectorIndex = await context.em.transactional(async (em) => {
      await lockPointer(em);
      const building = await em.findOne(VectorIndex, { state: 'BUILDING', model });
      return building ?? beginIndex(em, this.#queue, model, actorOf(context));
    });
    return { vectorIndex };
  }

  @FieldResolver(() => Int, { description: 'The number of documents that it has to index.' })
  async documentCount(@Root() { id }: VectorIndexType, @Ctx() context: Context): Promise<number> {
    return (await documentsOfIndex(context).load(id)).all;
  }

  @FieldResolver(() => Int, { description: 'The number of documents that are indexed.' })
  async indexedCount(@Root() { id }: VectorIndexType, @Ctx() context: Context): Promise<number> {
    return (await documentsOfIndex(context).load(id)).indexed;
  }
}
