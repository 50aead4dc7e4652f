import { Directive, Field, ID, ObjectType } from 'type-graphql';

/** The fields that knowledge adds to an assistant. The ids come with the representation, from the subgraph that owns it. */
@Directive('@key(fields: "id")')
@ObjectType('Assistant', { description: 'An assistant: a name, instructions, a model, knowledge bases and tools.' })
export class AssistantKnowledge {
  @Field(() => ID, { description: 'A UUID.' })
  id!: string;

  @Directive('@external')
  @Field(() => [ID], { description: 'The knowledge bases that it uses.' })
  knowledgeBaseIds!: string[];
}

@Directive('@key(fields: "id")')
@ObjectType('AssistantVersion', {
  description: 'A snapshot of the assistant at the time of an answer. It remains when the assistant is changed or deleted.',
})
export class AssistantVersionKnowledge {
  @Field(() => ID, { description: 'A UUID.' })
  id!: string;

  @Directive('@external')
  @Field(() => [ID], { description: 'The knowledge bases that it used.' })
  knowledgeBaseIds!: string[];
}
