import { ERRORS } from '../../schema/errors.ts';
import type { DomainEvents } from '../../schema/events.ts';
import type { NotificationKind } from './notification.type.ts';

/** The text of a notification. */
export interface Notice {
  kind: keyof typeof NotificationKind;
  title: string;
  body: string;
  link: string | null;
  /** Unread notices of one group are merged into one with their number. */
  group?: NoticeGroup;
}

export interface NoticeGroup {
  key: string;
  link: string;
  /** The merged text of `count` notices, of which this is the newest. */
  say(count: number): Pick<Notice, 'title' | 'body'>;
}

/** An answer that takes longer is announced, because the person has probably left. */
const LONG_ANSWER_MS = 20_000;

export function documentReady({ name, passageCount, ...ids }: DomainEvents['document.ready']): Notice {
  const passages = passageCount === 1 ? '1 passage' : `${passageCount.toLocaleString('en')} passages`;
  // A duplicate has no passages; its text is found in the original document.
  const body =
    passageCount === 0 ? 'The knowledge base already has the same file, which is searched instead.' : `${passages} can be searched.`;
  const group: NoticeGroup = {
    key: `document-ready:${ids.knowledgeBaseId}`,
    link: `/knowledge/${ids.knowledgeBaseId}`,
    say: (count) => ({ title: `${count.toLocaleString('en')} documents are ready`, body: `${name} and ${others(count)} can be searched.` }),
  };
  return { kind: 'DOCUMENT_READY', title: `${name} is ready`, body, link: documentLink(ids), group };
}

export function documentFailed({ name, reason, ...ids }: DomainEvents['document.failed']): Notice {
  const group: NoticeGroup = {
    key: `document-failed:${ids.knowledgeBaseId}`,
    link: `/knowledge/${ids.knowledgeBaseId}`,
    say: (count) => ({
      title: `${count.toLocaleString('en')} documents could not be read`,
      body: `${name} and ${others(count)}. ${reason}`,
    }),
  };
  return { kind: 'DOCUMENT_FAILED', title: `${name} could not be read`, body: reason, link: documentLink(ids), group };
}

/** Returns null if the person saw the end: a quick answer, or one that they stopped. */
export function answerEnded(run: DomainEvents['run.finished']): Notice | null {
  const link = `/c/${run.conversationId}`;
  if (run.status === 'FAILED' || run.status === 'INTERRUPTED') {
    const verb = run.status === 'FAILED' ? 'failed' : 'was interrupted';
    const code = run.failureCode && run.failureCode in ERRORS ? (run.failureCode as keyof typeof ERRORS) : 'INTERNAL';
    return { kind: 'ANSWER_FAILED', title: `An answer in “${run.conversationTitle}” ${verb}`, body: ERRORS[code].message, link };
  }
  if (run.status !== 'COMPLETED' || run.durationMs <= LONG_ANSWER_MS) return null;
  return {
    kind: 'ANSWER_FINISHED',
    title: `The answer in “${run.conversationTitle}” is ready`,
    body: `It took ${duration(run.durationMs)}.`,
    link,
  };
}

export function tokenReused(): Notice {
  return {
    kind: 'SECURITY',
    title: 'One of your sessions was ended',
    body: 'Its refresh token was used twice, so it may have been copied. If none of your devices caused this, contact an administrator.',
    link: null,
  };
}

export function signInsSlowed({ attempts }: DomainEvents['user.signInsSlowed']): Notice {
  return {
    kind: 'SECURITY',
    title: `${attempts} sign-ins to your account failed`,
    body: 'Further attempts are delayed, except from addresses where you signed in before. If these attempts were not yours, contact an administrator.',
    link: null,
  };
}

function others(count: number): string {
  return count === 2 ? '1 other' : `${(count - 1).toLocaleString('en')} others`;
}

function documentLink({ knowledgeBaseId, documentId }: { knowledgeBaseId: string; documentId: string }): string {
  return `/knowledge/${knowledgeBaseId}?document=${documentId}`;
}

function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) return `${seconds} seconds`;
  return `${Math.round(seconds / 60)} minutes`;
}
