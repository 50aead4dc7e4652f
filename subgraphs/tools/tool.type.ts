import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { Json } from '../framework/scalars.ts';
import type { Tool } from './tool.ts';

@Directive('@key(fields: "id")')
@ObjectType('Tool', { description: 'A function that an assistant can call.' })
export class ToolType {
  @Field(() => ID, { description: 'The stable id of the tool.' })
  id!: string;

  @Field(() => String, { description: 'The name that the model uses.' })
  name!: string;

  @Field(() => String, { description: 'Its display name.' })
  title!: string;

  @Field(() => String, { description: 'One sentence for people about its purpose.' })
  summary!: string;

  @Field(() => String, { description: 'The description for the model.' })
  description!: string;

  @Field(() => Json, { description: 'JSON Schema of the arguments.' })
  inputSchema!: unknown;

  @Field(() => Boolean, { description: 'True for tools that come with the platform.' })
  builtin!: boolean;
}

export function toToolType({ id, title, summary, description, inputSchema }: Tool): ToolType {
  return { id, name: id, title, summary, description, inputSchema, builtin: true };
}

/** A removed tool, which stored calls still reference. */
export function retiredTool(id: string): ToolType {
  const unavailable = 'This tool is no longer available.';
  return { id, name: id, title: id, summary: unavailable, description: unavailable, inputSchema: { type: 'object' }, builtin: true };
}

@Directive('@key(fields: "id")')
@ObjectType('Assistant', { description: 'An assistant: a name, instructions, a model, knowledge bases and tools.' })
export class AssistantTools {
  @Field(() => ID, { description: 'A UUID.' })
  id!: string;

  @Directive('@external')
  @Field(() => [ID], { description: 'The tools that it may call.' })
  toolIds!: string[];
}

@Directive('@key(fields: "id")')
@ObjectType('AssistantVersion', {
  description: 'A snapshot of the assistant at the time of an answer. It remains when the assistant is changed or deleted.',
})
export class AssistantVersionTools {
  @Field(() => ID, { description: 'A UUID.' })
  id!: string;

  @Directive('@external')
  @Field(() => [ID], { description: 'The tools that it could call.' })
  toolIds!: string[];
}
