import { defineEntity, p, type InferEntity } from '@mikro-orm/core';
import { timeOf } from '../../../infra/id.ts';
import type { ReadingWarning } from './extract/warnings.ts';

export const DOCUMENT_STATUSES = ['AWAITING_FILE', 'QUEUED', 'EXTRACTING', 'EMBEDDING', 'INDEXING', 'READY', 'FAILED'] as const;
export type DocumentStatus = (typeof DOCUMENT_STATUSES)[number];

/**
 * Statuses in which the text may be complete, so that words can be searched while vectors are missing or failed. A
 * document that failed before that has no passages.
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
    /** The parts that could not be read or may be wrong. */
    warnings: p.json<ReadingWarning[]>(),
    duplicateOf: p.uuid().strictNullable(),
    /**
     * The ids of the indexes that receive its vectors during ingestion, and the number of passages, from the first,
     * that are in them.
     */
    embeddingTarget: p.text().strictNullable(),
    embeddedPassages: p.integer(),
    /** The staging key of the upload; null once the bytes were moved to the document's own key. */
    uploadKey: p.text().strictNullable(),
    /** The number of times its ingestion was started since it was stored or retried. */
    attempts: p.integer(),
    /** The lease id of the worker that ingests it, and the time at which the lease expires. */
    lease: p.uuid().strictNullable(),
    leaseUntil: p.datetime().strictNullable(),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
  },
});

export type Document = InferEntity<typeof Document>;

/** Returns a key apart from the document's own, so that a second upload cannot overwrite the stored file. */
export function stagingKey(documentId: string): string {
  return `staging/${documentId}`;
}

/** Returns the time at which an upload started, from the UUID v7 that the upload appends to the staging key. */
export function arrivedAt(key: string): number {
  return timeOf(key.slice(-36));
}

export function fileKey(documentId: string): string {
  return `documents/${documentId}`;
}
