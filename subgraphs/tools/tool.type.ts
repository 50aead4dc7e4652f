import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { Json } from '../scalars.ts';
import type { Tool } from './tool.ts';

@Directive('@key(fields: "id")')
@ObjectType('Tool', { description: 'Something that an assistant can do beside writing.' })
export class ToolType {
  @Field(() => ID, { description: 'Names the tool; it never changes.' })
  id!: string;

  @Field(() => String, { description: 'What the model calls it.' })
  name!: string;

  @Field(() => String, { description: 'What people call it.' })
  title!: string;

  @Field(() => String, { description: 'What it does, in one sentence for people.' })
  summary!: string;

  @Field(() => String, { description: 'What the model is told about it.' })
  description!: string;

  @Field(() => Json, { description: 'JSON Schema of the arguments.' })
  inputSchema!: unknown;

  @Field(() => Boolean, { description: 'True for tools that come with the platform.' })
  builtin!: boolean;
}

export function toToolType({ id, title, summary, description, inputSchema }: Tool): ToolType {
  return { id, name: id, title, summary, description, inputSchema, builtin: true };
}

/** A tool that was taken away is still named by the calls that were made of it. */
export function retiredTool(id: string): ToolType {
  const gone = 'This tool is no longer available.';
  return { id, name: id, title: id, summary: gone, description: gone, inputSchema: { type: 'object' }, builtin: true };
}

@Directive('@key(fields: "id")')
@ObjectType('Assistant', { description: 'Who answers: instructions, a model, knowledge and tools under one name.' })
export class AssistantTools {
  @Field(() => ID, { description: 'A UUID.' })
  id!: string;

  @Directive('@external')
  @Field(() => [ID], { description: 'The tools that it may call.' })
  toolIds!: string[];
}

@Directive('@key(fields: "id")')
@ObjectType('AssistantVersion', {
  description: 'The assistant as it was when an answer was given. It stays when the assistant is changed or deleted.',
})
export class AssistantVersionTools {
  @Field(() => ID, { description: 'A UUID.' })
  id!: string;

  @Directive('@external')
  @Field(() => [ID], { description: 'The tools that it could call.' })
  toolIds!: string[];
}
