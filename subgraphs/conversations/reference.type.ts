import { Directive, Field, ID, ObjectType } from 'type-graphql';

// What other subgraphs own: here only their ids are known.

@Directive('@key(fields: "id", resolvable: false)')
@ObjectType('Assistant', { description: 'Who answers; kept by the assistants subgraph.' })
export class AssistantRef {
  @Field(() => ID, { description: 'A UUID.' })
  id!: string;
}

@Directive('@key(fields: "id", resolvable: false)')
@ObjectType('AssistantVersion', { description: 'What the assistant was; kept by the assistants subgraph.' })
export class AssistantVersionRef {
  @Field(() => ID, { description: 'A UUID.' })
  id!: string;
}

@Directive('@key(fields: "id", resolvable: false)')
@ObjectType('Model', { description: 'Who generates the text; kept by the assistants subgraph.' })
export class ModelRef {
  @Field(() => ID, { description: 'The name under which the endpoint knows it.' })
  id!: string;
}

@Directive('@key(fields: "id", resolvable: false)')
@ObjectType('Passage', { description: 'A piece of a document; kept by the knowledge subgraph.' })
export class PassageRef {
  @Field(() => ID, { description: 'A UUID.' })
  id!: string;
}

@Directive('@key(fields: "id", resolvable: false)')
@ObjectType('ToolCall', { description: 'One use of a tool; kept by the tools subgraph.' })
export class ToolCallRef {
  @Field(() => ID, { description: 'A UUID.' })
  id!: string;
}
