import { Arg, Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import { pageSize } from '../../framework/connection.ts';
import type { Context } from '../../framework/context.ts';
import { DocumentType } from '../documents/document.type.ts';
import { ConversationKnowledge } from '../extensions/conversation.type.ts';
import type { SimilarService } from './similar.service.ts';

const DOCUMENTS = 5;

@Resolver(() => DocumentType)
export class SimilarDocumentsResolver {
  readonly #similar: SimilarService;

  constructor(similar: SimilarService) {
    this.#similar = similar;
  }

  @FieldResolver(() => [DocumentType], {
    description: 'Your most similar documents, most similar first; empty while it is not ready.',
  })
  async similar(
    @Root() document: DocumentType,
    @Arg('first', () => Int, { nullable: true, description: 'How many at most, 1 to 100; 5 when absent.' }) first: number | null,
    @Ctx() context: Context,
  ): Promise<DocumentType[]> {
    return this.#similar.toDocument(context, document, pageSize({ first }, DOCUMENTS));
  }
}

@Resolver(() => ConversationKnowledge)
export class SuggestedDocumentsResolver {
  readonly #similar: SimilarService;

  constructor(similar: SimilarService) {
    this.#similar = similar;
  }

  @FieldResolver(() => [DocumentType], {
    description: 'Your documents that are most similar to the last messages and not cited yet, most similar first.',
  })
  async suggestedDocuments(
    @Root() { id }: ConversationKnowledge,
    @Arg('first', () => Int, { nullable: true, description: 'How many at most, 1 to 100; 5 when absent.' }) first: number | null,
    @Ctx() context: Context,
  ): Promise<DocumentType[]> {
    return this.#similar.toConversation(context, id, pageSize({ first }, DOCUMENTS));
  }
}
