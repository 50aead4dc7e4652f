import { Directive, Field, ID, ObjectType } from 'type-graphql';

// Entities of other subgraphs, of which only the ids are known here.

@Directive('@key(fields: "id", resolvable: false)')
@ObjectType('Assistant', { description: 'An assistant, owned by the assistants subgraph.' })
export class AssistantRef {
  @Field(() => ID, { description: 'A UUID.' })
  id!: string;
}

@Directive('@key(fields: "id", resolvable: false)')
@ObjectType('AssistantVersion', { description: 'A version of an assistant, owned by the assistants subgraph.' })
export class AssistantVersionRef {
  @Field(() => ID, { description: 'A UUID.' })
  id!: string;
}

@Directive('@key(fields: "id", resolvable: false)')
@ObjectType('Model', { description: 'A language model, owned by the assistants subgraph.' })
export class ModelRef {
  @Field(() => ID, { description: 'The name of the model at the endpoint.' })
  id!: string;
}

@Directive('@key(fields: "id", resolvable: false)')
@ObjectType('Passage', { description: 'A piece of a document, owned by the knowledge subgraph.' })
export class PassageRef {
  @Field(() => ID, { description: 'A UUID.' })
  id!: string;
}

@Directive('@key(fields: "id", resolvable: false)')
@ObjectType('ToolCall', { description: 'One call of a tool, owned by the tools subgraph.' })
export class ToolCallRef {
  @Field(() => ID, { description: 'A UUID.' })
  id!: string;
}
