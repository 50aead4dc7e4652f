import type { ResultOf } from '#lib/graph/gql.ts';
import type { DocumentQuery } from './operations.ts';

export type DocumentStatus = ResultOf<typeof DocumentQuery>['document']['status'];

interface Stage {
  label: string;
  tone: 'plain' | 'success' | 'danger';
  /** Something is still going to happen by itself. */
  underway: boolean;
}

const STAGES: Record<DocumentStatus, Stage> = {
  AWAITING_FILE: { label: 'Waiting for the file', tone: 'plain', underway: true },
  QUEUED: { label: 'In line', tone: 'plain', underway: true },
  EXTRACTING: { label: 'Reading the text', tone: 'plain', underway: true },
  EMBEDDING: { label: 'Making vectors', tone: 'plain', underway: true },
  INDEXING: { label: 'Indexing', tone: 'plain', underway: true },
  READY: { label: 'Ready', tone: 'success', underway: false },
  FAILED: { label: 'Failed', tone: 'danger', underway: false },
};

export function statusOf(status: DocumentStatus): Stage {
  return STAGES[status];
}
