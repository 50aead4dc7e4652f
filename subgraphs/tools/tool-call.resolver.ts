import { Arg, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { isId } from '../../infra/id.ts';
import { viewerOf, type Context } from '../framework/context.ts';
import { requireOwned } from '../framework/policy.ts';
import type { Registry } from './registry.ts';
import type { ToolCall } from './tool-call.entity.ts';
import { toolCallsById, toolCallsByRun } from './tool-call.loader.ts';
import type { ToolCallService } from './tool-call.service.ts';
import { CallToolInput, CallToolPayload, RunTools, ToolCallType } from './tool-call.type.ts';
import { retiredTool, ToolType, toToolType } from './tool.type.ts';

@Resolver(() => ToolCallType)
export class ToolCallResolver {
  readonly #calls: ToolCallService;
  readonly #registry: Registry;

  constructor(calls: ToolCallService, registry: Registry) {
    this.#calls = calls;
    this.#registry = registry;
  }

  @Query(() => ToolCallType, { description: 'One of your tool calls.' })
  async toolCall(@Arg('id', () => ID, { description: 'Its id.' }) id: string, @Ctx() context: Context): Promise<ToolCallType> {
    return ownToolCall(id, context);
  }

  @Mutation(() => CallToolPayload, { description: 'Calls a tool and waits for its result. A failed call is a result too: see `status`.' })
  async callTool(
    @Arg('input', () => CallToolInput, { description: 'The tool and its arguments.' }) input: CallToolInput,
    @Ctx() context: Context,
  ): Promise<CallToolPayload> {
    return { toolCall: await this.#calls.call(context, input) };
  }

  @FieldResolver(() => ToolType, { description: 'The tool that was called.' })
  tool(@Root() { toolId }: ToolCallType): ToolType {
    const tool = this.#registry.get(toolId);
    return tool ? toToolType(tool) : retiredTool(toolId);
  }

  @FieldResolver(() => RunTools, { nullable: true, description: 'The run that called it; null if a person called it.' })
  run(@Root() { runId }: ToolCallType): RunTools | null {
    return runId ? { id: runId } : null;
  }
}

@Resolver(() => RunTools)
export class RunToolsResolver {
  @FieldResolver(() => [ToolCallType], { description: 'The tools that it called, in order.' })
  async toolCalls(@Root() run: RunTools, @Ctx() context: Context): Promise<ToolCallType[]> {
    return isId(run.id) ? toolCallsByRun(context).load(run.id) : [];
  }
}

export async function ownToolCall(id: string, context: Context): Promise<ToolCall> {
  const viewer = viewerOf(context);
  return requireOwned(viewer, isId(id) ? await toolCallsById(context).load(id) : null, 'ToolCall');
}
