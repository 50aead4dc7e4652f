import { defineEntity, p, type InferEntity } from '@mikro-orm/core';
import { timeOf } from '../../../infra/id.ts';
import type { ReadingWarning } from './extract/warnings.ts';

export const DOCUMENT_STATUSES = ['AWAITING_FILE', 'QUEUED', 'EXTRACTING', 'EMBEDDING', 'INDEXING', 'READY', 'FAILED'] as const;
export type DocumentStatus = (typeof DOCUMENT_STATUSES)[number];

/**
 * In these its text may be complete, so that words can be searched while vectors are still missing, or failed. A document
 * that failed earlier has no passages to find.
 */
export const SEARCHABLE: DocumentStatus[] = ['EMBEDDING', 'INDEXING', 'READY', 'FAILED'];

export const Document = defineEntity({
  name: 'Document',
  tableName: 'document',
  properties: {
    id: p.uuid().primary(),
    knowledgeBaseId: p.uuid(),
    ownerId: p.uuid(),
    name: p.text(),
    mediaType: p.text(),
    sizeBytes: p.bigint('number'),
    sha256: p.text().strictNullable(),
    status: p.text().$type<DocumentStatus>(),
    failure: p.text().strictNullable(),
    failureCode: p.text().strictNullable(),
    pageCount: p.integer().strictNullable(),
    passageCount: p.integer(),
    wordCount: p.integer(),
    characterCount: p.integer().strictNullable(),
    /** Which parts of it could not be read, or may be wrong. */
    warnings: p.json<ReadingWarning[]>(),
    duplicateOf: p.uuid().strictNullable(),
    /** The indexes that its vectors go to when it is read, by their ids, and of how many passages, from the first, they are there. */
    embeddingTarget: p.text().strictNullable(),
    embeddedPassages: p.integer(),
    /** Where the bytes arrived; null once they were moved to their own place. */
    uploadKey: p.text().strictNullable(),
    /** The number of times its ingestion was started since it was stored or retried. */
    attempts: p.integer(),
    /** The worker that has it, and until when it is believed to live. */
    lease: p.uuid().strictNullable(),
    leaseUntil: p.datetime().strictNullable(),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
  },
});

export type Document = InferEntity<typeof Document>;

/** Bytes arrive beside the place that belongs to the document, so that a second upload cannot reach it. */
export function stagingKey(documentId: string): string {
  return `staging/${documentId}`;
}

/** When the bytes under a key of `stagingKey` began to arrive: an upload appends an id of its own. */
export function arrivedAt(key: string): number {
  return timeOf(key.slice(-36));
}

export function fileKey(documentId: string): string {
  return `documents/${documentId}`;
}
