import { Field, ID, Int, ObjectType } from 'type-graphql';

@ObjectType('Topic', {
  description: 'Passages of a knowledge base that are about the same. Topics are replaced when its documents change.',
})
export class TopicType {
  @Field(() => ID, { description: 'Its id, until the topics are computed again.' })
  id!: string;

  @Field(() => [String], { description: 'The words that tell it from the other topics, the most telling first; at most 8.' })
  terms!: string[];

  @Field(() => Int, { description: 'How many passages are about it.' })
  passageCount!: number;
}
