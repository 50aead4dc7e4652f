import { Arg, Ctx, Directive, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import { pageSize } from '../../framework/connection.ts';
import type { Context } from '../../framework/context.ts';
import { AssistantKnowledge, AssistantVersionKnowledge } from './assistant.type.ts';
import { KnowledgeBaseType } from '../bases/knowledge-base.type.ts';
import { ownKnowledgeBases } from '../ownership.ts';
import { SearchHit, SearchMode } from '../passages/passage.type.ts';
import type { SearchService } from '../passages/search/search.service.ts';

const PASSAGES = 8;

/** Searches only knowledge bases of the viewer: ids of other people's are ignored. */
async function passagesFor(
  search: SearchService,
  { knowledgeBaseIds }: AssistantKnowledge,
  ask: { question: string; first: number | null },
  context: Context,
): Promise<SearchHit[]> {
  const first = pageSize({ first: ask.first }, PASSAGES);
  const own = await ownKnowledgeBases(knowledgeBaseIds, context);
  if (ask.question.trim() === '') return [];
  return search.find(context, { query: ask.question.trim(), knowledgeBaseIds: own.map(({ id }) => id), mode: SearchMode.HYBRID, first });
}

@Resolver(() => AssistantKnowledge)
export class AssistantKnowledgeResolver {
  readonly #search: SearchService;

  constructor(search: SearchService) {
    this.#search = search;
  }

  @Directive('@requires(fields: "knowledgeBaseIds")')
  @FieldResolver(() => [KnowledgeBaseType], { description: 'The knowledge bases that it uses, without deleted ones.' })
  async knowledgeBases(@Root() { knowledgeBaseIds }: AssistantKnowledge, @Ctx() context: Context): Promise<KnowledgeBaseType[]> {
    return ownKnowledgeBases(knowledgeBaseIds, context);
  }

  @Directive('@requires(fields: "knowledgeBaseIds")')
  @FieldResolver(() => [SearchHit], { description: 'The most relevant passages of its knowledge bases for a question, best first.' })
  async passages(
    @Root() assistant: AssistantKnowledge,
    @Arg('for', () => String, { description: 'The question. Truncated to 1,000 characters.' }) question: string,
    @Arg('first', () => Int, { nullable: true, description: 'How many at most, 1 to 100; 8 when absent.' }) first: number | null,
    @Ctx() context: Context,
  ): Promise<SearchHit[]> {
    return passagesFor(this.#search, assistant, { question, first }, context);
  }
}

@Resolver(() => AssistantVersionKnowledge)
export class AssistantVersionKnowledgeResolver {
  readonly #search: SearchService;

  constructor(search: SearchService) {
    this.#search = search;
  }

  @Directive('@requires(fields: "knowledgeBaseIds")')
  @FieldResolver(() => [KnowledgeBaseType], { description: 'The knowledge bases that it used, without deleted ones.' })
  async knowledgeBases(@Root() { knowledgeBaseIds }: AssistantVersionKnowledge, @Ctx() context: Context): Promise<KnowledgeBaseType[]> {
    return ownKnowledgeBases(knowledgeBaseIds, context);
  }

  @Directive('@requires(fields: "knowledgeBaseIds")')
  @FieldResolver(() => [SearchHit], { description: 'The most relevant passages of its knowledge bases for a question, best first.' })
  async passages(
    @Root() version: AssistantVersionKnowledge,
    @Arg('for', () => String, { description: 'The question. Truncated to 1,000 characters.' }) question: string,
    @Arg('first', () => Int, { nullable: true, description: 'How many at most, 1 to 100; 8 when absent.' }) first: number | null,
    @Ctx() context: Context,
  ): Promise<SearchHit[]> {
    return passagesFor(this.#search, version, { question, first }, context);
  }
}
