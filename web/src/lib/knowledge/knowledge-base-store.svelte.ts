import { createContext } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';
import { fetchQuery, mutate } from '#lib/graph/client.ts';
import { connection } from '#lib/graph/connection.svelte.ts';
import { follow } from '#lib/graph/follow.ts';
import type { ResultOf } from '#lib/graph/gql.ts';
import { Pages } from '#lib/graph/pages.svelte.ts';
import { useQuery } from '#lib/graph/query.svelte.ts';
import {
  DeleteDocumentMutation,
  DocumentEventsSubscription,
  DocumentsQuery,
  KnowledgeBaseQuery,
  RetryDocumentMutation,
} from './operations.ts';
import { Uploads } from './upload/uploads.svelte.ts';

export type KnowledgeBase = ResultOf<typeof KnowledgeBaseQuery>['knowledgeBase'];
export type DocumentListed = ResultOf<typeof DocumentsQuery>['knowledgeBase']['documents']['edges'][number]['node'];
type DocumentEvent = ResultOf<typeof DocumentEventsSubscription>['documentEvents'];

/** State of an open knowledge base: its facts, its documents with live status, and running uploads. */
export class KnowledgeBaseStore {
  readonly id: string;
  readonly base;
  readonly documents: Pages<DocumentListed>;
  readonly uploads: Uploads;
  /** Progress (0 to 1) within the stage, by document; absent if unknown. */
  readonly progress = new SvelteMap<string, number>();

  constructor(id: string) {
    this.id = id;
    this.base = useQuery(KnowledgeBaseQuery, () => ({ id }));
    this.uploads = new Uploads(id, this.#arrived);
    this.documents = new Pages<DocumentListed>(async (first, after) => {
      const { knowledgeBase } = await fetchQuery(DocumentsQuery, { knowledgeBaseId: id, first, after });
      return knowledgeBase.documents;
    });
    $effect(() => this.#start());
  }

  /** Documents of the list, without those still uploading, which are shown as uploads. */
  get settled(): DocumentListed[] {
    const uploading = new Set(this.uploads.items.map((upload) => upload.documentId));
    return this.documents.items.filter((document) => !uploading.has(document.id));
  }

  retry = async (document: DocumentListed): Promise<void> => {
    const { retryDocument } = await mutate(RetryDocumentMutation, { input: { id: document.id } });
    this.documents.change(document.id, (listed) => ({ ...listed, ...retryDocument.document }));
  };

  remove = async (document: DocumentListed): Promise<void> => {
    await mutate(DeleteDocumentMutation, { input: { id: document.id } });
    this.documents.remove(document.id);
    this.base.reload();
  };

  #start(): () => void {
    void this.documents.load();
    const unfollow = follow(
      DocumentEventsSubscription,
      { knowledgeBaseId: this.id },
      { next: ({ documentEvents }) => this.#receive(documentEvents) },
    );
    const unreturn = connection.onReturn(() => void this.documents.reload());
    return () => {
      unfollow();
      unreturn();
    };
  }

  #arrived = (documentId: string): void => {
    const known = this.documents.items.some(({ id, status }) => id === documentId && status !== 'AWAITING_FILE');
    if (!known) void this.documents.reload();
  };

  /** Returns true if a document is on a page that is not loaded yet. Ids grow with time, and the newest is first. */
  #isInSight(documentId: string): boolean {
    const { items, hasMore } = this.documents;
    return !hasMore || items.some(({ id }) => id === documentId) || documentId > (items[0]?.id ?? '');
  }

  #receive({ documentId, document, progress }: DocumentEvent): void {
    const isOver = !document || document.status === 'READY' || document.status === 'FAILED';
    if (progress === null || isOver) this.progress.delete(documentId);
    else this.progress.set(documentId, progress);
    if (!document) this.documents.remove(documentId);
    else if (this.#isInSight(documentId)) this.documents.put(document);
    if (isOver) this.base.reload();
  }
}

export const [getKnowledgeBaseStore, setKnowledgeBaseStore] = createContext<KnowledgeBaseStore>();
