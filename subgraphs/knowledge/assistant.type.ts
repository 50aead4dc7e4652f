import { Directive, Field, ID, ObjectType } from 'type-graphql';

/** What knowledge adds to an assistant. The ids come with the representation, from the subgraph that owns it. */
@Directive('@key(fields: "id")')
@ObjectType('Assistant', { description: 'Who answers: instructions, a model, knowledge and tools under one name.' })
export class AssistantKnowledge {
  @Field(() => ID, { description: 'A UUID.' })
  id!: string;

  @Directive('@external')
  @Field(() => [ID], { description: 'The knowledge bases that it answers from.' })
  knowledgeBaseIds!: string[];
}

@Directive('@key(fields: "id")')
@ObjectType('AssistantVersion', {
  description: 'The assistant as it was when an answer was given. It stays when the assistant is changed or deleted.',
})
export class AssistantVersionKnowledge {
  @Field(() => ID, { description: 'A UUID.' })
  id!: string;

  @Directive('@external')
  @Field(() => [ID], { description: 'The knowledge bases that it answered from.' })
  knowledgeBaseIds!: string[];
}
