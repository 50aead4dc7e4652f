import { Field, ID, Int, ObjectType } from 'type-graphql';

@ObjectType('Topic', {
  description: 'Passages of a knowledge base on the same subject. Topics are recomputed when its documents change.',
})
export class TopicType {
  @Field(() => ID, { description: 'Its id, until the topics are computed again.' })
  id!: string;

  @Field(() => [String], { description: 'The words that distinguish it from the other topics, most distinctive first; at most 8.' })
  terms!: string[];

  @Field(() => Int, { description: 'The number of passages about it.' })
  passageCount!: number;
}
