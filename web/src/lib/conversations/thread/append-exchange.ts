import type { Message } from './operations.ts';

/** A person's message and the run that answers it, as sending and regenerating give them back. */
export interface Exchange {
  message: Message;
  run: { id: string; message: Message };
}

/** The branch that an exchange makes: what comes before it, the message, its answer. */
export function appendExchange(messages: readonly Message[], { message, run }: Exchange): Message[] {
  const own = messages.findIndex((one) => one.id === message.id);
  const parent = messages.findIndex((one) => one.id === message.parentId);
  const before = own >= 0 ? own : parent + 1;
  return [...messages.slice(0, before), message, run.message];
}
