import { readStored, store } from '#lib/browser/account-storage.ts';

/**
 * Drafts of each conversation. A message being sent is kept, too, until the server has acknowledged it: the page may
 * close, the session may end, or the connection may break.
 */
export function readDraft(of: string): { text: string; sending: string } {
  return { text: readStored(`draft.${of}`) ?? '', sending: readStored(`sending.${of}`) ?? '' };
}

export function keepDraft(of: string, text: string): void {
  store(`draft.${of}`, text);
}

export function keepSending(of: string, text: string): void {
  store(`sending.${of}`, text);
}

/** The unsent edit of a message, one per conversation. */
export interface StoredEdit {
  id: string;
  text: string;
}

export function readEdit(conversationId: string): StoredEdit | undefined {
  try {
    const edit = JSON.parse(readStored(`edit.${conversationId}`) ?? 'null') as StoredEdit | null;
    return edit ?? undefined;
  } catch {
    return undefined;
  }
}

export function keepEdit(conversationId: string, edit: StoredEdit | undefined): void {
  store(`edit.${conversationId}`, edit ? JSON.stringify(edit) : '');
}
