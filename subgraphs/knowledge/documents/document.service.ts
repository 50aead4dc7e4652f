import { LockMode } from '@mikro-orm/core';
import type { Bus } from '../../../infra/bus/bus.ts';
import { isId, newId } from '../../../infra/id.ts';
import type { Queue } from '../../../infra/queue/queue.ts';
import { Failure } from '../../../schema/errors.ts';
import { listPage, NEWEST_FIRST, pageSize, type Connection, type PageArgs } from '../../framework/connection.ts';
import { actorOf, viewerOf, type Context } from '../../framework/context.ts';
import type { QuotaLimits } from '../../framework/quota.ts';
import type { Ports } from '../../framework/subgraph.ts';
import type { SignedUrls } from '../../../infra/tokens/tokens.ts';
import { Document, fileKey, stagingKey } from './document.entity.ts';
import type { AddDocumentInput, DocumentStoredInput } from './document.input.ts';
import { promoteDuplicate } from './ingest/duplicate.ts';
import { cleanFileName } from './file-name.ts';
import { KnowledgeBase } from '../bases/knowledge-base.entity.ts';
import { ownDocument, ownKnowledgeBase } from '../ownership.ts';
import { Page } from './page.entity.ts';
import { queueIngestion } from './ingest/queue-ingestion.ts';
import { requireRoomForDocument } from '../quota/storage-use.ts';
import { renewTopics } from '../topics/topic-state.ts';
import { showDeleted, showProgress } from './ingest/progress.ts';

export class DocumentService {
  readonly #bus: Bus;
  readonly #queue: Queue;
  readonly #signedUrls: SignedUrls;
  readonly #maxBytes: number;
  readonly #limits: QuotaLimits;

  constructor({ bus, queue, signedUrls, values }: Pick<Ports, 'bus' | 'queue' | 'signedUrls' | 'values'>) {
    this.#bus = bus;
    this.#queue = queue;
    this.#signedUrls = signedUrls;
    this.#maxBytes = values.maxUploadBytes;
    this.#limits = values.quotas;
  }

  list({ em }: Context, knowledgeBaseId: string, args: PageArgs): Promise<Connection<Document>> {
    return listPage(em.fork(), Document, { knowledgeBaseId }, NEWEST_FIRST, args);
  }

  /** Registers a file and returns the URL to upload its bytes to. */
  async add(context: Context, input: AddDocumentInput): Promise<{ document: Document; uploadUrl: string }> {
    const { id: knowledgeBaseId, ownerId } = await ownKnowledgeBase(input.knowledgeBaseId, context);
    this.#checkSize(input.sizeBytes);
    if (input.mediaType.length > 200)
      throw new Failure('BAD_USER_INPUT', { reason: '`mediaType` has at most 200 characters.', field: 'mediaType' });
    const document = await context.em.transactional(async (em) => {
      // The knowledge base may have been deleted since the check above; the row must not be inserted without it.
      if (!(await em.findOne(KnowledgeBase, { id: knowledgeBaseId }, { lockMode: LockMode.PESSIMISTIC_READ })))
        throw new Failure('NOT_FOUND', { kind: 'KnowledgeBase' });
      await requireRoomForDocument(em, ownerId, input.sizeBytes, this.#limits);
      const now = new Date();
      const made = em.create(Document, {
        id: newId(),
        knowledgeBaseId,
        ownerId,
        name: cleanFileName(input.name),
        mediaType: input.mediaType.trim(),
        sizeBytes: input.sizeBytes,
        sha256: null,
        status: 'AWAITING_FILE',
        failure: null,
        failureCode: null,
        pageCount: null,
        warnings: [],
        passageCount: 0,
        wordCount: 0,
        characterCount: null,
        duplicateOf: null,
        embeddingTarget: null,
        embeddedPassages: 0,
        uploadKey: null,
        attempts: 0,
        lease: null,
        leaseUntil: null,
        createdAt: now,
        updatedAt: now,
      });
      await em.flush();
      await this.#queue.emit(em, 'document.added', { documentId: made.id, knowledgeBaseId, ownerId, name: made.name }, actorOf(context));
      return made;
    });
    await showProgress(this.#bus, document);
    const uploadUrl = await this.#signedUrls.upload({
      documentId: document.id,
      key: stagingKey(document.id),
      maxBytes: document.sizeBytes,
      userId: ownerId,
      sessionId: viewerOf(context).sessionId,
    });
    return { document, uploadUrl };
  }

  /**
   * Records a completed upload, reported by the gateway. Accepts the first upload of a document; throws
   * `UPLOAD_EXPIRED` for any other.
   */
  async stored(context: Context, input: DocumentStoredInput): Promise<Document> {
    this.#checkSize(input.sizeBytes);
    const { userId: ownerId } = viewerOf(context);
    const id = isId(input.documentId) ? input.documentId : newId();
    if (!input.key.startsWith(stagingKey(id)) || !/^[0-9a-f]{64}$/.test(input.sha256))
      throw new Failure('BAD_USER_INPUT', { reason: 'The storage key or the checksum is not one of an upload.' });
    const document = await context.em.transactional(async (em) => {
      const found = await em.findOne(Document, { id, ownerId }, { lockMode: LockMode.PESSIMISTIC_WRITE });
      // A document that was deleted during the upload is reported as a used upload URL, too.
      if (found?.status !== 'AWAITING_FILE') throw new Failure('UPLOAD_EXPIRED');
      Object.assign(found, {
        sha256: input.sha256,
        sizeBytes: input.sizeBytes,
        uploadKey: input.key,
        status: 'QUEUED',
        updatedAt: new Date(),
      });
      await em.flush();
      const { knowledgeBaseId, name, sizeBytes } = found;
      await this.#queue.emit(em, 'document.stored', { documentId: id, knowledgeBaseId, ownerId, name, sizeBytes }, actorOf(context));
      await queueIngestion(em, this.#queue, { id, knowledgeBaseId, ownerId });
      return found;
    });
    await showProgress(this.#bus, document);
    return document;
  }

  /** Queues a failed document again; ingestion resumes at the first incomplete stage. */
  async retry(context: Context, id: string): Promise<Document> {
    await ownDocument(id, context);
    const document = await context.em.transactional(async (em) => {
      const found = await em.findOne(Document, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE });
      if (!found) throw new Failure('NOT_FOUND', { kind: 'Document' });
      if (found.status !== 'FAILED')
        throw new Failure('BAD_USER_INPUT', { reason: 'Only a failed document can be processed again.', field: 'id' });
      Object.assign(found, { status: 'QUEUED', failure: null, failureCode: null, attempts: 0, updatedAt: new Date() });
      await em.flush();
      const { knowledgeBaseId, ownerId, name } = found;
      await this.#queue.emit(em, 'document.retried', { documentId: id, knowledgeBaseId, ownerId, name }, actorOf(context));
      await queueIngestion(em, this.#queue, { id, knowledgeBaseId, ownerId });
      return found;
    });
    await showProgress(this.#bus, document);
    return document;
  }

  /**
   * Deletes the rows immediately; a job queued in the same transaction deletes file and vectors. A duplicate is
   * promoted.
   */
  async delete(context: Context, id: string): Promise<void> {
    const document = await ownDocument(id, context);
    const promoted = await context.em.transactional(async (em) => {
      const found = await em.findOne(Document, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE });
      if (!found) throw new Failure('NOT_FOUND', { kind: 'Document' });
      const next = await promoteDuplicate(em, found);
      if (next) await queueIngestion(em, this.#queue, next);
      await em.nativeDelete(Document, { id });
      const { knowledgeBaseId, ownerId, name } = found;
      await this.#queue.emit(em, 'document.deleted', { documentId: id, knowledgeBaseId, ownerId, name }, actorOf(context));
      await renewTopics(em, this.#queue, knowledgeBaseId);
      await this.#queue.add(em, 'document.purge', { documentId: id, knowledgeBaseId, uploadKey: found.uploadKey });
      return next;
    });
    await showDeleted(this.#bus, document);
    if (promoted) await showProgress(this.#bus, promoted);
  }

  /** Returns the extracted text. A duplicate returns that of its original, which is the same. */
  async pages(
    { em }: Context,
    document: Pick<Document, 'id' | 'duplicateOf'>,
    { first, from }: { first?: number | null; from?: number | null },
  ): Promise<Page[]> {
    const limit = pageSize({ first: first ?? null });
    if (from != null && from < 1) throw new Failure('BAD_USER_INPUT', { reason: '`from` counts pages from 1.', field: 'from' });
    return em
      .fork()
      .find(
        Page,
        { documentId: document.duplicateOf ?? document.id, position: { $gte: from ?? 1 } },
        { orderBy: { position: 'asc' }, limit },
      );
  }

  /** Returns null until the bytes are stored under the document's own key. */
  async downloadUrl(context: Context, document: Document): Promise<string | null> {
    if (document.status === 'AWAITING_FILE' || document.uploadKey) return null;
    return this.#signedUrls.download({
      key: fileKey(document.id),
      name: document.name,
      mediaType: document.mediaType,
      userId: document.ownerId,
      sessionId: viewerOf(context).sessionId,
    });
  }

  #checkSize(sizeBytes: number): void {
    if (!Number.isSafeInteger(sizeBytes) || sizeBytes < 0)
      throw new Failure('BAD_USER_INPUT', { reason: '`sizeBytes` is a whole number of bytes.', field: 'sizeBytes' });
    if (sizeBytes === 0) throw new Failure('DOCUMENT_EMPTY');
    if (sizeBytes > this.#maxBytes)
      throw new Failure('DOCUMENT_TOO_LARGE', {
        limitBytes: this.#maxBytes,
        reason: `The file is larger than ${Math.floor(this.#maxBytes / 1024 / 1024)} MB.`,
      });
  }
}
