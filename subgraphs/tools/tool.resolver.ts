import { Ctx, Directive, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { Failure } from '../../schema/errors.ts';
import { viewerOf, type Context } from '../framework/context.ts';
import type { Registry } from './registry.ts';
import { AssistantTools, AssistantVersionTools, ToolType, toToolType } from './tool.type.ts';

@Resolver(() => ToolType)
export class ToolResolver {
  readonly #registry: Registry;

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  @Query(() => [ToolType], { description: 'The tools that an assistant can be given.' })
  tools(@Ctx() context: Context): ToolType[] {
    viewerOf(context);
    return [...this.#registry.values()].map(toToolType);
  }

  /** A reference to a `Tool`. */
  byId(id: string, context: Context): ToolType {
    viewerOf(context);
    const tool = this.#registry.get(id);
    if (!tool) throw new Failure('NOT_FOUND', { kind: 'Tool' });
    return toToolType(tool);
  }
}

@Resolver(() => AssistantTools)
export class AssistantToolsResolver {
  readonly #registry: Registry;

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  @Directive('@requires(fields: "toolIds")')
  @FieldResolver(() => [ToolType], { description: 'The tools that it may call and that exist.' })
  tools(@Root() assistant: AssistantTools): ToolType[] {
    return toolsOf(this.#registry, assistant.toolIds);
  }
}

@Resolver(() => AssistantVersionTools)
export class AssistantVersionToolsResolver {
  readonly #registry: Registry;

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  @Directive('@requires(fields: "toolIds")')
  @FieldResolver(() => [ToolType], { description: 'The tools that it could call and that still exist.' })
  tools(@Root() version: AssistantVersionTools): ToolType[] {
    return toolsOf(this.#registry, version.toolIds);
  }
}

function toolsOf(registry: Registry, ids: string[]): ToolType[] {
  return ids.flatMap((id) => registry.get(id) ?? []).map(toToolType);
}
