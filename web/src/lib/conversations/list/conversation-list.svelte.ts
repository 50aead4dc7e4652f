import { createContext } from 'svelte';
import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import { fetchQuery, mutate } from '#lib/graph/client.ts';
import { connection } from '#lib/graph/connection.svelte.ts';
import { GraphFailure } from '#lib/graph/failure.ts';
import { follow } from '#lib/graph/follow.ts';
import { byDay } from './by-day.ts';
import {
  ConversationEventsSubscription,
  ConversationsQuery,
  DeleteConversationMutation,
  RenameConversationMutation,
  type Row,
} from './operations.ts';

const PAGE = 30;

/** Conversations of the viewer, kept current by one subscription. */
export class ConversationList {
  #rows = new SvelteMap<string, Row>();
  /** Has an unread answer. */
  unread = new SvelteSet<string>();
  openId = $state<string>();
  loading = $state(false);
  failure = $state.raw<GraphFailure>();
  hasMore = $state(true);
  #after: string | null = null;

  #today = $state(new Date());
  readonly #ordered = $derived([...this.#rows.values()].sort((a, b) => b.updatedAt.localeCompare(a.updatedAt)));
  readonly days = $derived(byDay(this.#ordered, (row) => row.updatedAt, this.#today));
  readonly isEmpty = $derived(!this.hasMore && this.#rows.size === 0);

  /** Loads the first page and follows changes; returns a stop function. */
  start(): () => void {
    void this.loadMore();
    const clock = setInterval(() => (this.#today = new Date()), 60_000);
    const stops = [
      follow(ConversationEventsSubscription, {}, { next: ({ conversationEvents }) => this.#onEvent(conversationEvents) }),
      connection.onReturn(() => void this.#catchUp()),
      () => clearInterval(clock),
    ];
    return () => stops.forEach((stop) => stop());
  }

  async loadMore(): Promise<void> {
    if (this.loading || !this.hasMore) return;
    this.loading = true;
    this.failure = undefined;
    try {
      await this.#readAfter(this.#after);
    } catch (error) {
      this.failure = error as GraphFailure;
    } finally {
      this.loading = false;
    }
  }

  open(id: string | undefined): void {
    this.openId = id;
    if (id) this.unread.delete(id);
  }

  /** Adds or updates a conversation that was started or changed here. */
  put(row: Row): void {
    this.#rows.set(row.id, row);
  }

  get(id: string): Row | undefined {
    return this.#rows.get(id);
  }

  async rename(id: string, title: string): Promise<void> {
    const before = this.#rows.get(id);
    if (before) this.put({ ...before, title });
    try {
      this.put((await mutate(RenameConversationMutation, { input: { id, title } })).renameConversation.conversation);
    } catch (error) {
      if (before) this.put(before);
      throw error;
    }
  }

  async remove(id: string): Promise<void> {
    await mutate(DeleteConversationMutation, { input: { id } });
    this.#rows.delete(id);
  }

  async #readAfter(after: string | null): Promise<void> {
    const { conversations } = await fetchQuery(ConversationsQuery, { first: PAGE, after });
    for (const { node } of conversations.edges) this.#putRead(node);
    this.#after = conversations.pageInfo.endCursor;
    this.hasMore = conversations.pageInfo.hasNextPage;
  }

  /** Reloads the first page, which contains the changes missed while disconnected. */
  async #catchUp(): Promise<void> {
    const { conversations } = await fetchQuery(ConversationsQuery, { first: PAGE }).catch(() => ({ conversations: { edges: [] } }));
    for (const { node } of conversations.edges) this.#putRead(node);
  }

  /** An event may arrive before the page that was requested earlier. */
  #putRead(row: Row): void {
    const known = this.#rows.get(row.id);
    if (!known || known.updatedAt <= row.updatedAt) this.put(row);
  }

  #onEvent({ conversationId, conversation }: { conversationId: string; conversation: Row | null }): void {
    if (!conversation) return void this.#rows.delete(conversationId);
    const wasAnswering = this.#rows.get(conversationId)?.activeRun;
    if (wasAnswering && !conversation.activeRun && this.openId !== conversationId) this.unread.add(conversationId);
    this.put(conversation);
  }
}

export const [getConversations, setConversations] = createContext<ConversationList>();
