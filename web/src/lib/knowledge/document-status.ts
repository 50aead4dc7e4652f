import type { ResultOf } from '#lib/graph/gql.ts';
import type { DocumentQuery } from './operations.ts';

export type DocumentStatus = ResultOf<typeof DocumentQuery>['document']['status'];

interface Stage {
  label: string;
  tone: 'plain' | 'success' | 'danger';
  /** Processing continues without user action. */
  underway: boolean;
}

const STAGES: Record<DocumentStatus, Stage> = {
  AWAITING_FILE: { label: 'Waiting for upload', tone: 'plain', underway: true },
  QUEUED: { label: 'Queued', tone: 'plain', underway: true },
  EXTRACTING: { label: 'Extracting text', tone: 'plain', underway: true },
  EMBEDDING: { label: 'Preparing for search', tone: 'plain', underway: true },
  INDEXING: { label: 'Adding to search', tone: 'plain', underway: true },
  READY: { label: 'Ready', tone: 'success', underway: false },
  FAILED: { label: 'Failed', tone: 'danger', underway: false },
};

export function statusOf(status: DocumentStatus): Stage {
  return STAGES[status];
}

/** Failures caused by the file itself, for which a retry fails again. */
const HOPELESS = new Set([
  'DOCUMENT_NO_TEXT',
  'DOCUMENT_ENCRYPTED',
  'DOCUMENT_BROKEN',
  'DOCUMENT_EMPTY',
  'DOCUMENT_TYPE_UNSUPPORTED',
  'DOCUMENT_TYPE_MISMATCH',
]);

export function canRetry({ status, failureCode }: { status: DocumentStatus; failureCode: string | null }): boolean {
  return status === 'FAILED' && !HOPELESS.has(failureCode ?? '');
}
