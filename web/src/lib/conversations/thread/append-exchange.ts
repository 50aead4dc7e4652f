import type { Message } from './operations.ts';

/** A message and the run that answers it, as returned by sending and regenerating. */
export interface Exchange {
  message: Message;
  run: { id: string; message: Message };
}

/** Returns the branch after an exchange: the messages before it, the message and its answer. */
export function appendExchange(messages: readonly Message[], { message, run }: Exchange): Message[] {
  const own = messages.findIndex((one) => one.id === message.id);
  const parent = messages.findIndex((one) => one.id === message.parentId);
  const before = own >= 0 ? own : parent + 1;
  return [...messages.slice(0, before), message, run.message];
}
