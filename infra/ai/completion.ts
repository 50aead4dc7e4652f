import type { ChatMessage, ChatRequest, ToolSpec } from './ai.ts';

/** The body of a chat completion, as far as we use it. */
export interface CompletionBody {
  model: string;
  messages: object[];
  stream: true;
  stream_options?: { include_usage: true };
  temperature?: number;
  tools?: object[];
}

export function toCompletionBody(request: ChatRequest): CompletionBody {
  return {
    model: request.model,
    messages: request.messages.map(toMessage),
    stream: true,
    stream_options: { include_usage: true },
    ...(request.temperature === undefined ? {} : { temperature: request.temperature }),
    ...(request.tools?.length ? { tools: request.tools.map(toTool) } : {}),
  };
}

/**
 * The request without the option that the endpoint says it does not know, or null when it says nothing of
 * the kind: reasoning models refuse `temperature`, small local models refuse `tools`.
 */
export function withoutRefused(body: CompletionBody, said: string): CompletionBody | null {
  const refused = (['temperature', 'tools', 'stream_options'] as const).find(
    (option) => option in body && new RegExp(`\\b${option}\\b`).test(said),
  );
  if (!refused) return null;
  const { [refused]: _, ...rest } = body;
  return rest;
}

function toMessage(message: ChatMessage): object {
  if (message.role === 'tool') return { role: 'tool', tool_call_id: message.toolCallId, content: message.content };
  if (message.role !== 'assistant' || !message.toolCalls?.length) return { role: message.role, content: message.content };
  return {
    role: 'assistant',
    content: message.content || null,
    tool_calls: message.toolCalls.map((call) => ({
      id: call.id,
      type: 'function',
      function: { name: call.name, arguments: call.arguments },
    })),
  };
}

function toTool({ name, description, inputSchema }: ToolSpec): object {
  return { type: 'function', function: { name, description, parameters: inputSchema } };
}
