import { Arg, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import type { Context } from '../../framework/context.ts';
import { DocumentType } from '../documents/document.type.ts';
import { ownDocument, ownPassage } from '../ownership.ts';
import { labelOf } from '../documents/page.entity.ts';
import { PassageType, SearchHit, SearchKnowledgeInput } from './passage.type.ts';
import type { SearchService } from './search/search.service.ts';

@Resolver(() => PassageType)
export class PassageResolver {
  readonly #search: SearchService;

  constructor(search: SearchService) {
    this.#search = search;
  }

  @Query(() => PassageType, { description: 'A passage of one of your documents.' })
  async passage(@Arg('id', () => ID, { description: 'Its id.' }) id: string, @Ctx() context: Context): Promise<PassageType> {
    return ownPassage(id, context);
  }

  @Query(() => [SearchHit], { description: 'The most relevant passages of your documents, best first.' })
  async searchKnowledge(
    @Arg('input', () => SearchKnowledgeInput, { description: 'The query and where to search.' }) input: SearchKnowledgeInput,
    @Ctx() context: Context,
  ): Promise<SearchHit[]> {
    return this.#search.search(context, input);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'The display name of the page, such as `Page 3`, `Slide 4` or `Sheet “Prices”`; null if `page` is.',
  })
  pageLabel(@Root() { page, pageLabel }: PassageType): string | null {
    return labelOf(page, pageLabel);
  }

  @FieldResolver(() => DocumentType, { description: 'The document that it is from.' })
  async document(@Root() { documentId }: PassageType, @Ctx() context: Context): Promise<DocumentType> {
    return ownDocument(documentId, context);
  }
}
