import { createContext } from 'svelte';
import type { Citation, Message } from './operations.ts';
import type { Thread } from './thread.svelte.ts';

/** What the parts of one open conversation share, beside the conversation itself. */
export class Chat {
  readonly thread: Thread;
  /** The source that stands open beside the conversation. */
  source = $state.raw<Citation>();
  /** The message of the person that is being edited; with a reason when it could not be sent. */
  editing = $state.raw<{ id: string; text: string; reason?: string }>();

  constructor(thread: Thread) {
    this.thread = thread;
  }

  startEditing(message: Message): void {
    if (!this.thread.isBusy) this.editing = { id: message.id, text: message.text };
  }

  startEditingLast(): void {
    const own = this.thread.messages.findLast((message) => message.role === 'USER');
    if (own) this.startEditing(own);
  }

  async sendEdited(message: Message, text: string): Promise<void> {
    this.editing = undefined;
    try {
      await this.thread.send(text, message.parentId);
    } catch (error) {
      this.editing = { id: message.id, text, reason: (error as Error).message };
    }
  }
}

export const [getChat, setChat] = createContext<Chat>();
