import { keep, readKept } from '#lib/browser/kept.ts';

/**
 * Drafts of each conversation. A message being sent is kept, too, until the server has acknowledged it: the page may
 * close, the session may end, or the connection may break.
 */
export function readDraft(of: string): { text: string; sending: string } {
  return { text: readKept(`draft.${of}`) ?? '', sending: readKept(`sending.${of}`) ?? '' };
}

export function keepDraft(of: string, text: string): void {
  keep(`draft.${of}`, text);
}

export function keepSending(of: string, text: string): void {
  keep(`sending.${of}`, text);
}

/** An edit of a message that was not sent: one for each conversation. */
export interface KeptEdit {
  id: string;
  text: string;
}

export function readEdit(conversationId: string): KeptEdit | undefined {
  try {
    const edit = JSON.parse(readKept(`edit.${conversationId}`) ?? 'null') as KeptEdit | null;
    return edit ?? undefined;
  } catch {
    return undefined;
  }
}

export function keepEdit(conversationId: string, edit: KeptEdit | undefined): void {
  keep(`edit.${conversationId}`, edit ? JSON.stringify(edit) : '');
}
