import type { ChatMessage, ChatRequest, ToolRequest, ToolSpec } from './ai.ts';
import { isJsonObject } from './response/tool-arguments.ts';
import { wireName } from './response/tool-names.ts';

const MAX_UNREADABLE = 2_000;

/** The used subset of a chat completion body. */
export interface CompletionBody {
  model: string;
  messages: object[];
  stream: boolean;
  stream_options?: { include_usage: true };
  temperature?: number;
  tools?: object[];
  max_tokens?: number;
  max_completion_tokens?: number;
  /** Not sent: the schemas of the tools are simplified already. */
  hasSimpleSchemas?: boolean;
}

export function toCompletionBody(request: ChatRequest): CompletionBody {
  const wireIds = new Map<string, string>();
  for (const message of request.messages)
    if (message.role === 'assistant') for (const call of message.toolCalls ?? []) wireIds.set(call.id, call.echo?.id ?? call.id);
  return {
    model: request.model,
    messages: joinNeighbours(request.messages).map((message) => toMessage(message, wireIds)),
    stream: true,
    stream_options: { include_usage: true },
    ...(request.temperature === undefined ? {} : { temperature: request.temperature }),
    ...(request.tools?.length ? { tools: request.tools.map(toTool) } : {}),
  };
}

/** Merges neighbouring messages of one role, which an answer without text leaves behind and many chat templates reject. */
function joinNeighbours(messages: ChatMessage[]): ChatMessage[] {
  const joined: ChatMessage[] = [];
  for (const message of messages) {
    const last = joined.at(-1);
    if (last && last.role === message.role && isPlain(last) && isPlain(message))
      joined[joined.length - 1] = { ...last, content: `${last.content}\n\n${message.content}` };
    else joined.push(message);
  }
  return joined;
}

function isPlain(message: ChatMessage): boolean {
  return message.role === 'user' || (message.role === 'assistant' && !message.toolCalls?.length);
}

function toMessage(message: ChatMessage, wireIds: Map<string, string>): object {
  if (message.role === 'tool')
    return { role: 'tool', tool_call_id: wireIds.get(message.toolCallId) ?? message.toolCallId, content: message.content };
  if (message.role !== 'assistant' || !message.toolCalls?.length) return { role: message.role, content: message.content };
  return { role: 'assistant', content: message.content || null, tool_calls: message.toolCalls.map(toCall) };
}

/** Converts a tool call for the request. Unreadable arguments are sent as a JSON string, because endpoints reject invalid JSON. */
function toCall({ id, name, arguments: written, echo }: ToolRequest): object {
  const text = isJsonObject(written) ? written : JSON.stringify({ unreadable: written.slice(0, MAX_UNREADABLE) });
  return {
    id: echo?.id ?? id,
    type: 'function',
    function: { name: wireName(name), arguments: text },
    ...(echo?.extra_content === undefined ? {} : { extra_content: echo.extra_content }),
  };
}

function toTool({ name, description, inputSchema }: ToolSpec): object {
  return { type: 'function', function: { name: wireName(name), description, parameters: inputSchema } };
}
