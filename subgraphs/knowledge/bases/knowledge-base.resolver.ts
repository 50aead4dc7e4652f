import { Arg, Args, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { Ai } from '../../../infra/ai/ai.ts';
import { PageArgs, type Connection } from '../../framework/connection.ts';
import type { Context } from '../../framework/context.ts';
import type { DocumentService } from '../documents/document.service.ts';
import { DocumentConnection, type DocumentType } from '../documents/document.type.ts';
import { countsByKnowledgeBase } from './knowledge-base.loader.ts';
import type { KnowledgeBaseService } from './knowledge-base.service.ts';
import {
  CreateKnowledgeBaseInput,
  CreateKnowledgeBasePayload,
  DeleteKnowledgeBaseInput,
  DeleteKnowledgeBasePayload,
  KnowledgeBaseConnection,
  KnowledgeBaseType,
  UpdateKnowledgeBaseInput,
  UpdateKnowledgeBasePayload,
} from './knowledge-base.type.ts';
import { ownKnowledgeBase } from '../ownership.ts';

@Resolver(() => KnowledgeBaseType)
export class KnowledgeBaseResolver {
  readonly #knowledgeBases: KnowledgeBaseService;
  readonly #documents: DocumentService;
  readonly #ai: Ai;

  constructor(knowledgeBases: KnowledgeBaseService, documents: DocumentService, ai: Ai) {
    this.#knowledgeBases = knowledgeBases;
    this.#documents = documents;
    this.#ai = ai;
  }

  @Query(() => KnowledgeBaseType, { description: 'One of your knowledge bases.' })
  async knowledgeBase(@Arg('id', () => ID, { description: 'Its id.' }) id: string, @Ctx() context: Context): Promise<KnowledgeBaseType> {
    return ownKnowledgeBase(id, context);
  }

  @Query(() => KnowledgeBaseConnection, { description: 'Your knowledge bases, newest first.' })
  async knowledgeBases(@Args(() => PageArgs) page: PageArgs, @Ctx() context: Context): Promise<Connection<KnowledgeBaseType>> {
    return this.#knowledgeBases.list(context, page);
  }

  @Mutation(() => CreateKnowledgeBasePayload, { description: 'Creates a knowledge base.' })
  async createKnowledgeBase(
    @Arg('input', () => CreateKnowledgeBaseInput, { description: 'The knowledge base to create.' }) input: CreateKnowledgeBaseInput,
    @Ctx() context: Context,
  ): Promise<CreateKnowledgeBasePayload> {
    return { knowledgeBase: await this.#knowledgeBases.create(context, input) };
  }

  @Mutation(() => UpdateKnowledgeBasePayload, { description: 'Changes the name or the description of a knowledge base.' })
  async updateKnowledgeBase(
    @Arg('input', () => UpdateKnowledgeBaseInput, { description: 'The changes.' }) input: UpdateKnowledgeBaseInput,
    @Ctx() context: Context,
  ): Promise<UpdateKnowledgeBasePayload> {
    return { knowledgeBase: await this.#knowledgeBases.update(context, input) };
  }

  @Mutation(() => DeleteKnowledgeBasePayload, {
    description: 'Deletes a knowledge base with all its documents. Assistants that use it continue without it.',
  })
  async deleteKnowledgeBase(
    @Arg('input', () => DeleteKnowledgeBaseInput, { description: 'The id.' }) input: DeleteKnowledgeBaseInput,
    @Ctx() context: Context,
  ): Promise<DeleteKnowledgeBasePayload> {
    await this.#knowledgeBases.delete(context, input.id);
    return { deletedId: input.id };
  }

  @FieldResolver(() => Int, { description: 'The number of its documents, in any status.' })
  async documentCount(@Root() { id }: KnowledgeBaseType, @Ctx() context: Context): Promise<number> {
    return (await countsByKnowledgeBase(context).load(id)).documents;
  }

  @FieldResolver(() => Int, { description: 'The number of searchable passages of ready documents.' })
  async passageCount(@Root() { id }: KnowledgeBaseType, @Ctx() context: Context): Promise<number> {
    return (await countsByKnowledgeBase(context).load(id)).passages;
  }

  @FieldResolver(() => DocumentConnection, { description: 'Its documents, newest first.' })
  async documents(
    @Root() { id }: KnowledgeBaseType,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() context: Context,
  ): Promise<Connection<DocumentType>> {
    return this.#documents.list(context, id, page);
  }

  @FieldResolver(() => String, { description: 'The id of its embedding model.' })
  embeddingModel(): string {
    return this.#ai.embedding.model;
  }

  @FieldResolver(() => Boolean, {
    description: 'True if no embedding model is configured: similarity is based on shared letters, not on meaning.',
  })
  embeddingIsBuiltin(): boolean {
    return this.#ai.embedding.builtin;
  }
}
