import { providerWords } from '../../../../infra/ai/ai.ts';
import { Failure, type ErrorCode } from '../../../../schema/errors.ts';
import type { JobContext } from '../../../framework/context.ts';
import type { Ports } from '../../../framework/subgraph.ts';
import { Document, type DocumentStatus } from '../document.entity.ts';
import { findOriginal } from './duplicate.ts';
import { embedPassages, settleIndexes } from './embedding.ts';
import { Lease, LeaseLost } from './lease.ts';
import { markFailed, markReady } from './outcome.ts';
import { showProgress } from './progress.ts';
import { purgeDocument, type PurgeDocument } from './purge.worker.ts';
import { readFile, moveUpload, storeText } from './reading.ts';
import { deleteVectors } from '../../vector-index/vector-indexes.ts';

/** The maximum number of attempts; retries then cover a provider outage of about a quarter of an hour. */
const MAX_ATTEMPTS = 18;
/** The maximum attempts after an unexpected error, which retries rarely cure. */
const MAX_ATTEMPTS_WITH_BUG = 3;

type IngestPorts = Pick<Ports, 'ai' | 'bus' | 'files' | 'log' | 'queue' | 'values' | 'vectors'>;

/**
 * Ingests a stored file until it is searchable. Idempotent and resumable: it may run any number of times, by several
 * workers, and stop at any point.
 */
export async function ingestDocument(job: PurgeDocument, context: JobContext, ports: IngestPorts): Promise<void> {
  const lease = await Lease.take(context.em, job.documentId);
  // The document was deleted, so data that an earlier attempt wrote afterwards is purged, too.
  if (lease === undefined) return purgeDocument(job, context, ports);
  if (lease === null) return;
  try {
    await ingest(lease, context, ports);
  } catch (error) {
    if (error instanceof LeaseLost) return await afterLostLease(job, context, ports);
    if (await storeFailure(error, lease, context, ports)) return;
    throw error;
  } finally {
    await lease.end();
  }
}

async function ingest(lease: Lease, { em, signal }: JobContext, { ai, bus, files, queue, values, vectors }: IngestPorts): Promise<void> {
  await moveUpload(lease, files);
  if (await recogniseDuplicate(lease, { bus, queue })) return;
  if (!hasText(lease.document)) {
    await enter(lease, 'EXTRACTING', bus);
    const read = await readFile(lease.document, files, signal, values.ocr);
    const { id: documentId, knowledgeBaseId: tenant } = lease.document;
    await deleteVectors(em.fork(), vectors, { tenant, documentId });
    await storeText(lease, read);
  }
  do {
    await enter(lease, 'EMBEDDING', bus);
    const { document } = lease;
    const show = (progress: number) => showProgress(bus, document, progress);
    await embedPassages(document, { ai, queue, vectors, signal, show, step: (body) => lease.step(body) });
    await enter(lease, 'INDEXING', bus);
  } while (!(await finish(lease, ai.embedding.model, { bus, queue, vectors })));
}

/** Returns true if the passages are stored: they are complete from `EMBEDDING` on. */
function hasText({ status }: Document): boolean {
  return status === 'EMBEDDING' || status === 'INDEXING';
}

async function enter(lease: Lease, status: DocumentStatus, bus: IngestPorts['bus']): Promise<void> {
  await lease.step(async (em) => {
    await em.nativeUpdate(Document, { id: lease.document.id }, { status, updatedAt: new Date() });
    lease.document = await em.findOneOrFail(Document, { id: lease.document.id }, { disableIdentityMap: true });
  });
  await showProgress(bus, lease.document, status === 'EMBEDDING' ? 0 : null);
}

/** Marks a document with known bytes as a duplicate, which is neither extracted nor searched. */
async function recogniseDuplicate(lease: Lease, { bus, queue }: Pick<IngestPorts, 'bus' | 'queue'>): Promise<boolean> {
  const document = await lease.step(async (em) => {
    const found = await em.findOneOrFail(Document, { id: lease.document.id });
    const original = await findOriginal(em, found);
    if (!original) return null;
    const { mediaType, pageCount, characterCount, warnings } = original;
    Object.assign(found, { duplicateOf: original.id, mediaType, pageCount, characterCount, warnings, passageCount: 0 });
    await markReady(em, queue, found);
    return found;
  });
  if (document) await showProgress(bus, document);
  return document !== null;
}

/** Marks the document as ready. Returns false if the readable index was replaced meanwhile. */
async function finish(
  lease: Lease,
  model: string,
  { bus, queue, vectors }: Pick<IngestPorts, 'bus' | 'queue' | 'vectors'>,
): Promise<boolean> {
  const document = await lease.step(async (em) => {
    const found = await em.findOneOrFail(Document, { id: lease.document.id });
    if (!(await settleIndexes(em, found, model, vectors))) return null;
    await markReady(em, queue, found);
    return found;
  });
  if (document) await showProgress(bus, document);
  return document !== null;
}

/**
 * Stores the failure of the last attempt. Returns false if the error must be rethrown, for a retry or because it is
 * unexpected.
 */
async function storeFailure(error: unknown, lease: Lease, { signal }: JobContext, { bus, log, queue }: IngestPorts): Promise<boolean> {
  if (signal.aborted) return false;
  const expected = error instanceof Failure;
  const isLast = expected ? !error.retryable || lease.document.attempts >= MAX_ATTEMPTS : lease.document.attempts >= MAX_ATTEMPTS_WITH_BUG;
  if (!isLast) return false;
  const failure = expected
    ? error
    : new Failure('INTERNAL', { reason: 'The file could not be read because of an internal error. Try again.' }, { cause: error });
  const provider = providerWords(failure);
  if (provider) log.warn({ documentId: lease.document.id, code: failure.code, provider }, 'the embedding model failed');
  const failed = await lease.step(async (em) => {
    const document = await em.findOneOrFail(Document, { id: lease.document.id });
    return markFailed(em, queue, document, hasText(document) ? withoutVectors(failure) : failure);
  });
  for (const document of failed) await showProgress(bus, document);
  return expected;
}

/** Explains a failure of the embedding model for a document whose text is complete. */
function withoutVectors({ code, message }: Failure): Pick<Failure, 'code' | 'message'> {
  const reason = EMBEDDING_REASONS[code] ?? message;
  return { code, message: `${reason} Until then, search finds the document by its words only.` };
}

const EMBEDDING_REASONS: Partial<Record<ErrorCode, string>> = {
  CONTEXT_TOO_LONG: 'The embedding model accepts less text at once than the document needs. Ask an administrator to choose another.',
  MODEL_NOT_FOUND: 'The embedding model is not available. Ask an administrator to check its name.',
  PROVIDER_REFUSED: 'The embedding model refused the configured key or account. Ask an administrator to check it.',
  PROVIDER_UNAVAILABLE: 'The embedding model could not be reached for a long time. Try again later.',
  PROVIDER_TIMEOUT: 'The embedding model did not answer in time. Try again later.',
  PROVIDER_RATE_LIMITED: 'The embedding model accepts no more requests at the moment. Try again later.',
};

/** Purges the document if it was deleted meanwhile; otherwise another worker continues. */
async function afterLostLease(job: PurgeDocument, context: JobContext, ports: IngestPorts): Promise<void> {
  const exists = await context.em.fork().count(Document, { id: job.documentId });
  if (exists === 0) await purgeDocument(job, context, ports);
}
