import { Directive, Field, ID, ObjectType } from 'type-graphql';

/** The fields that knowledge adds to a conversation. */
@Directive('@key(fields: "id")')
@ObjectType('Conversation', { description: 'A tree of messages between a person and an assistant.' })
export class ConversationKnowledge {
  @Field(() => ID, { description: 'A UUID.' })
  id!: string;
}
