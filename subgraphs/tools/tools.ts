import { viewerOf, type Context } from '../framework/context.ts';
import type { Subgraph } from '../framework/subgraph.ts';
import { toolsTables } from './migrations/0001-tools.ts';
import { registry } from './registry.ts';
import { ToolCall } from './tool-call.entity.ts';
import { ownToolCall, RunToolsResolver, ToolCallResolver } from './tool-call.resolver.ts';
import { ToolCallService } from './tool-call.service.ts';
import { AssistantToolsResolver, AssistantVersionToolsResolver, ToolResolver } from './tool.resolver.ts';
import { AssistantTools, AssistantVersionTools } from './tool.type.ts';

export const tools: Subgraph<'tools'> = {
  name: 'tools',
  entities: [ToolCall],
  migrations: [toolsTables],
  create({ graph, limits, queue, values }) {
    const builtins = registry(graph, values.allowedPrivateHosts);
    const calls = new ToolCallService(builtins, { graph, queue, limits });
    const list = new ToolResolver(builtins);
    return {
      resolvers: new Map<Function, object>([
        [ToolResolver, list],
        [ToolCallResolver, new ToolCallResolver(calls, builtins)],
        [RunToolsResolver, new RunToolsResolver()],
        [AssistantToolsResolver, new AssistantToolsResolver(builtins)],
        [AssistantVersionToolsResolver, new AssistantVersionToolsResolver(builtins)],
      ]),
      orphanedTypes: [AssistantTools, AssistantVersionTools],
      references: {
        Tool: async ({ id }: { id: string }, context: Context) => list.byId(id, context),
        ToolCall: ({ id }: { id: string }, context: Context) => ownToolCall(id, context),
        Run: signedIn,
        Assistant: signedIn,
        AssistantVersion: signedIn,
      },
      on: {},
    };
  },
};

/** References need no further check: tools are public, and calls are loaded as the viewer's. */
async function signedIn<T>(reference: T, context: Context): Promise<T> {
  viewerOf(context);
  return reference;
}
