import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { Files } from '../../../../infra/files/files.ts';
import { Failure } from '../../../../schema/errors.ts';
import { Document, fileKey } from '../document.entity.ts';
import { titleOf } from './embedding.ts';
import { extract } from '../extract/extract.ts';
import { MEDIA_TYPES, type Extraction } from '../extract/extraction.ts';
import type { Lease } from './lease.ts';
import { Page } from '../page.entity.ts';
import { Passage } from '../../passages/passage.entity.ts';
import { insertPassages, ROWS_AT_ONCE } from './passage-store.ts';

/** Moves the bytes from the staging key to the document's own key, unless an earlier attempt has. */
export async function moveUpload(lease: Lease, files: Files): Promise<void> {
  const { id, uploadKey } = lease.document;
  if (!uploadKey) return;
  if (await files.exists(uploadKey)) await files.move(uploadKey, fileKey(id));
  await lease.step((em) => em.nativeUpdate(Document, { id }, { uploadKey: null }));
}

/** Extracts text and passages of the stored file. Throws `Failure('DOCUMENT_…')` if it cannot be read. */
export async function readFile(document: Document, files: Files, signal: AbortSignal, ocr: boolean): Promise<Extraction> {
  const key = fileKey(document.id);
  if (!(await files.exists(key)))
    throw new Failure('DOCUMENT_BROKEN', { reason: 'The file is no longer in storage. Add the document again.' });
  const { bytes, sha256 } = await readBytes(await files.get(key));
  if (sha256 !== document.sha256) {
    throw new Failure('DOCUMENT_BROKEN', { reason: 'The file in storage is not the one that was uploaded. Add the document again.' });
  }
  return extract(bytes, { name: document.name, mediaType: document.mediaType }, signal, { ocr });
}

/** Hashes while reading, because hashing a large file at once would block the event loop. */
async function readBytes(content: Readable): Promise<{ bytes: Buffer; sha256: string }> {
  const hash = createHash('sha256');
  const pieces: Buffer[] = [];
  for await (const piece of content as AsyncIterable<Buffer>) {
    hash.update(piece);
    pieces.push(piece);
  }
  return { bytes: Buffer.concat(pieces), sha256: hash.digest('hex') };
}

/**
 * Replaces text and passages in small transactions that do not block others. The last one sets `EMBEDDING`; before
 * that, the passages are not visible.
 */
export async function storeText(lease: Lease, { kind, pages, chunks, warnings }: Extraction): Promise<void> {
  const { id: documentId, knowledgeBaseId, name } = lease.document;
  await lease.step(async (em) => {
    await em.nativeDelete(Passage, { documentId });
    await em.nativeDelete(Page, { documentId });
  });
  const rows = pages.map(({ number, label = null, start, text }, index) => ({
    documentId,
    position: index + 1,
    number,
    label,
    start,
    text,
  }));
  for (let from = 0; from < rows.length; from += ROWS_AT_ONCE)
    await lease.step((em) => em.insertMany(Page, rows.slice(from, from + ROWS_AT_ONCE)));
  let wordCount = 0;
  const owner = { documentId, knowledgeBaseId, documentName: titleOf(name) };
  for (let from = 0; from < chunks.length; from += ROWS_AT_ONCE) {
    wordCount += await lease.step((em) => insertPassages(em, owner, chunks.slice(from, from + ROWS_AT_ONCE), from));
  }
  const last = pages.at(-1);
  await lease.step((em) =>
    em.nativeUpdate(
      Document,
      { id: documentId },
      {
        status: 'EMBEDDING',
        mediaType: MEDIA_TYPES[kind],
        pageCount: pages.some(({ number }) => number !== null) ? pages.length : null,
        passageCount: chunks.length,
        wordCount,
        warnings,
        embeddedPassages: 0,
        characterCount: last ? last.start + last.text.length : 0,
        updatedAt: new Date(),
      },
    ),
  );
}
