import { randomId } from '#lib/browser/secure-context.ts';
import { fetchQuery, mutate } from '#lib/graph/client.ts';
import { GraphFailure } from '#lib/graph/failure.ts';
import { appendExchange, type Exchange } from './append-exchange.ts';
import {
  PAGE,
  RegenerateMutation,
  SelectBranchMutation,
  SendMessageMutation,
  ThreadQuery,
  type Message,
  type ThreadResult,
} from './operations.ts';
import { StartConversationMutation, type Row } from '../list/operations.ts';
import { StopRunMutation } from '../run/operations.ts';
import { Run, type RunEnd } from '../run/run.svelte.ts';

/** A message that is being sent, shown before the server has stored it. */
export interface Pending {
  text: string;
  /** Parent message; `undefined` for the end of the thread. */
  parentId: string | null | undefined;
}

/** State of one open conversation: the selected branch, the running answer and the message being sent. */
export class Thread {
  id = $state<string>();
  title = $state('');
  assistant = $state.raw<{ id: string; name: string; modelId: string | null } | null>();
  /** Model of the next answers; null for the model of the assistant. */
  model = $state<string | null>(null);
  messages = $state.raw<readonly Message[]>([]);
  run = $state.raw<Run>();
  pending = $state.raw<Pending>();
  /** True while regenerating or selecting a branch; blocks other changes. */
  changing = $state(false);
  loaded = $state(false);
  failure = $state.raw<GraphFailure>();
  earlierCursor = $state<string | null>(null);
  /** Number of messages sent from here since the thread was opened. */
  sentHere = $state(0);
  /** Its row in the list, if the conversation was started here. */
  row: Row | undefined;
  #isOpen = false;
  #seen: string | undefined;
  #storedModel: string | null = null;

  // Getters instead of derived values, which would end with the component that created them; a thread outlives its page.

  /** Messages to show: a pending edit replaces the edited message and everything after it. */
  get shown(): readonly Message[] {
    const parentId = this.pending?.parentId;
    if (parentId === undefined) return this.messages;
    return this.messages.slice(0, this.messages.findIndex((message) => message.id === parentId) + 1);
  }

  get isAnswering(): boolean {
    return this.run !== undefined;
  }

  get isBusy(): boolean {
    return this.run !== undefined || this.pending !== undefined || this.changing;
  }

  constructor(id?: string) {
    this.id = id;
  }

  /** Loads the thread and follows a running answer; returns a function that stops both. */
  open(): () => void {
    this.#isOpen = true;
    if (this.id && !this.pending) void this.refresh();
    this.run?.follow();
    return () => {
      this.#isOpen = false;
      this.run?.leave();
    };
  }

  async refresh(): Promise<void> {
    if (!this.id) return;
    this.failure = undefined;
    try {
      const { conversation } = await fetchQuery(ThreadQuery, { id: this.id, last: PAGE });
      if (!this.pending) this.#show(conversation);
    } catch (error) {
      if (!(error instanceof GraphFailure)) throw error;
      this.failure = error;
    }
  }

  async loadEarlier(): Promise<void> {
    if (!this.id || !this.earlierCursor) return;
    const { conversation } = await fetchQuery(ThreadQuery, { id: this.id, last: PAGE, before: this.earlierCursor });
    const known = new Set(this.messages.map((message) => message.id));
    this.messages = [...conversation.thread.edges.map((edge) => edge.node).filter((message) => !known.has(message.id)), ...this.messages];
    this.earlierCursor = conversation.thread.pageInfo.hasPreviousPage ? conversation.thread.pageInfo.startCursor : null;
  }

  /** Loads earlier pages until the message is found, then the branch of the message. */
  async reach(messageId: string): Promise<void> {
    await this.readBackTo(messageId);
    if (this.#has(messageId)) return;
    await this.choose(messageId);
    await this.readBackTo(messageId);
  }

  async readBackTo(messageId: string): Promise<void> {
    while (this.earlierCursor && !this.#has(messageId)) await this.loadEarlier();
  }

  #has(messageId: string): boolean {
    return this.messages.some((message) => message.id === messageId);
  }

  /** Reloads if another window or device has continued the conversation. */
  notice(row: Row | undefined): void {
    if (!row || !this.loaded || this.pending || this.changing) return;
    this.title = row.title;
    const isOther = row.activeRun?.id !== this.run?.id && row.updatedAt !== this.#seen;
    if (isOther) void this.refresh();
    this.#seen = row.updatedAt;
  }

  /** Shows the text at once. On failure removes it and throws, so that the composer can restore it. */
  async send(text: string, parentId?: string | null): Promise<void> {
    const idempotencyKey = randomId();
    this.pending = { text, parentId };
    this.sentHere += 1;
    try {
      const input = {
        conversationId: await this.#idOfConversation(),
        text,
        model: this.model,
        idempotencyKey,
        ...(parentId === undefined ? {} : { parentId }),
      };
      const { sendMessage } = await mutate(SendMessageMutation, { input });
      this.#answer({ message: sendMessage.message, run: sendMessage.run });
    } finally {
      this.pending = undefined;
    }
  }

  async regenerate(messageId: string): Promise<void> {
    await this.#change(async () => {
      const { regenerate } = await mutate(RegenerateMutation, {
        input: { messageId, model: this.model, idempotencyKey: randomId() },
      });
      this.#answer({ message: regenerate.message, run: regenerate.run });
    });
  }

  async choose(messageId: string): Promise<void> {
    await this.#change(async () => {
      const input = { conversationId: this.id ?? '', leafId: messageId };
      const { selectBranch } = await mutate(SelectBranchMutation, { input, last: PAGE });
      this.#show(selectBranch.conversation);
    });
  }

  async stop(): Promise<void> {
    const run = this.run;
    if (!run || run.halted) return;
    run.halted = true;
    try {
      await mutate(StopRunMutation, { input: { runId: run.id } });
    } catch (error) {
      run.halted = false;
      if (this.run === run) void this.refresh();
      throw error;
    }
  }

  async #change(work: () => Promise<void>): Promise<void> {
    if (this.isBusy) return;
    this.changing = true;
    try {
      await work();
    } finally {
      this.changing = false;
    }
  }

  /** Returns the conversation's id; the first message creates the conversation. */
  async #idOfConversation(): Promise<string> {
    if (this.id) return this.id;
    const { startConversation } = await mutate(StartConversationMutation, { input: { assistantId: this.assistant?.id ?? '' } });
    this.row = startConversation.conversation;
    this.id = this.row.id;
    this.title = this.row.title;
    this.loaded = true;
    return this.id;
  }

  #answer(exchange: Exchange): void {
    this.messages = appendExchange(this.messages, exchange);
    this.pending = undefined;
    this.#storedModel = this.model;
    this.#start(exchange.run.id, exchange.run.message.id);
  }

  #show(conversation: ThreadResult): void {
    this.title = conversation.title;
    this.#seen = conversation.updatedAt;
    this.assistant = conversation.assistant;
    this.#showModel(conversation.modelId);
    this.messages = conversation.thread.edges.map((edge) => edge.node);
    this.earlierCursor = conversation.thread.pageInfo.hasPreviousPage ? conversation.thread.pageInfo.startCursor : null;
    this.loaded = true;
    const active = conversation.activeRun;
    if (active && active.id !== this.run?.id) this.#start(active.id, active.message.id);
    if (!active && this.run) this.#forgetRun();
  }

  /** Keeps a model that was chosen here and not sent yet when a change elsewhere causes a reload. */
  #showModel(stored: string | null): void {
    if (this.model === this.#storedModel) this.model = stored;
    this.#storedModel = stored;
  }

  #start(runId: string, messageId: string): void {
    this.#forgetRun();
    this.run = new Run(runId, messageId, (end) => this.#finish(runId, messageId, end));
    if (this.#isOpen) this.run.follow();
  }

  #forgetRun(): void {
    this.run?.leave();
    this.run = undefined;
  }

  /** Keeps the streamed message until the stored one arrives, to avoid flicker. */
  #finish(runId: string, messageId: string, { message, failure }: RunEnd): void {
    if (this.run?.id !== runId) return;
    const text = this.run.progress.text;
    if (message) this.messages = this.messages.map((old) => (old.id === message.id ? message : old));
    else this.messages = this.messages.map((old) => (old.id === messageId ? failed(old, text, failure) : old));
    this.#forgetRun();
    if (!message) void this.refresh();
  }
}

function failed(message: Message, text: string, failure: RunEnd['failure']): Message {
  if (!message.run) return message;
  return {
    ...message,
    text,
    run: { ...message.run, status: 'FAILED', failureCode: failure?.code ?? null, failure: failure?.reason ?? null },
  };
}
