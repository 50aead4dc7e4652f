import { Arg, Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import { pageSize } from '../../framework/connection.ts';
import type { Context } from '../../framework/context.ts';
import { DateTime } from '../../framework/scalars.ts';
import { DocumentType } from '../documents/document.type.ts';
import { KnowledgeBaseType } from '../bases/knowledge-base.type.ts';
import { analysisByKnowledgeBase, documentsByTopic } from './topic.loader.ts';
import { TopicType } from './topic.type.ts';

const TERMS_OF_NAME = 3;

@Resolver(() => TopicType)
export class TopicResolver {
  @FieldResolver(() => String, { description: 'The display name, made of its first terms.' })
  name(@Root() { terms }: TopicType): string {
    const name = terms.slice(0, TERMS_OF_NAME).join(', ');
    return name.charAt(0).toUpperCase() + name.slice(1);
  }

  @FieldResolver(() => [DocumentType], { description: 'The documents with passages about it, by number of passages, descending.' })
  async documents(
    @Root() { id }: TopicType,
    @Arg('first', () => Int, { nullable: true, description: 'How many at most, 1 to 100; 20 when absent.' }) first: number | null,
    @Ctx() context: Context,
  ): Promise<DocumentType[]> {
    const size = pageSize({ first });
    return (await documentsByTopic(context).load(id)).slice(0, size);
  }
}

@Resolver(() => KnowledgeBaseType)
export class KnowledgeBaseTopicsResolver {
  @FieldResolver(() => [TopicType], { description: 'The topics of its documents, largest first; at most 12.' })
  async topics(@Root() { id }: KnowledgeBaseType, @Ctx() context: Context): Promise<TopicType[]> {
    return (await analysisByKnowledgeBase(context).load(id)).topics;
  }

  @FieldResolver(() => DateTime, { nullable: true, description: 'The time when the topics were computed; null before the first time.' })
  async topicsComputedAt(@Root() { id }: KnowledgeBaseType, @Ctx() context: Context): Promise<Date | null> {
    return (await analysisByKnowledgeBase(context).load(id)).computedAt;
  }

  @FieldResolver(() => Boolean, {
    description: 'True if documents changed since the topics were computed; they are being recomputed.',
  })
  async topicsAreStale(@Root() { id }: KnowledgeBaseType, @Ctx() context: Context): Promise<boolean> {
    return (await analysisByKnowledgeBase(context).load(id)).isStale;
  }
}
