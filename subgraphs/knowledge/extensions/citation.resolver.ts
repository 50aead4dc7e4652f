import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { Context } from '../../framework/context.ts';
import { CitationKnowledge } from './citation.type.ts';
import { DocumentType } from '../documents/document.type.ts';
import { orNull, ownDocument, ownPassage } from '../ownership.ts';
import { PassageType } from '../passages/passage.type.ts';

@Resolver(() => CitationKnowledge)
export class CitationKnowledgeResolver {
  @FieldResolver(() => DocumentType, { nullable: true, description: 'The document; null when it was deleted.' })
  async document(@Root() { documentId }: CitationKnowledge, @Ctx() context: Context): Promise<DocumentType | null> {
    return orNull(ownDocument(documentId, context));
  }

  @FieldResolver(() => PassageType, { nullable: true, description: 'The passage; null when it was deleted.' })
  async passage(@Root() { passageId }: CitationKnowledge, @Ctx() context: Context): Promise<PassageType | null> {
    return orNull(ownPassage(passageId, context));
  }
}
