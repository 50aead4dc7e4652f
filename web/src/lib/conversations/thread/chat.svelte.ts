import { asFailure } from '#lib/graph/failure.ts';
import { createContext } from 'svelte';
import { keepEdit, readEdit } from '../compose/drafts.ts';
import type { Citation, Message } from './operations.ts';
import type { Thread } from './thread.svelte.ts';

/** State shared by the components of one open conversation. */
export class Chat {
  readonly thread: Thread;
  /** Source shown in the panel beside the conversation. */
  source = $state.raw<Citation>();
  /** The message that is being edited, with an error if it could not be sent. */
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

  /** Reopens the edit that was not sent when the page or the session ended. */
  resumeEditing(): void {
    const edit = readEdit(this.thread.id ?? '');
    if (!edit || this.editing || this.thread.isBusy) return;
    const original = this.thread.messages.find(({ id, role }) => id === edit.id && role === 'USER');
    const isSent = this.thread.messages.some(({ role, text }) => role === 'USER' && text === edit.text);
    if (original && !isSent) this.editing = edit;
    else if (isSent) this.forgetEditing();
  }

  keepEditing(id: string, text: string): void {
    keepEdit(this.thread.id ?? '', { id, text });
  }

  forgetEditing(): void {
    keepEdit(this.thread.id ?? '', undefined);
  }

  async sendEdited(message: Message, text: string): Promise<void> {
    this.keepEditing(message.id, text);
    this.editing = undefined;
    try {
      await this.thread.send(text, message.parentId);
      this.forgetEditing();
    } catch (error) {
      this.editing = { id: message.id, text, reason: asFailure(error).message };
    }
  }
}

export const [getChat, setChat] = createContext<Chat>();
