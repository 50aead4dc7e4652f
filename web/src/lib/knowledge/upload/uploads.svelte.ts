import { randomId } from '#lib/browser/secure-context.ts';
import { mutate } from '#lib/graph/client.ts';
import { asFailure, GraphFailure } from '#lib/graph/failure.ts';
import { mediaTypeOf, READABLE_NAMES } from '../media-type.ts';
import { AddDocumentMutation, DeleteDocumentMutation } from '../operations.ts';
import { Cancelled, sendFile } from './send-file.ts';

const AT_ONCE = 3;

/** One file being uploaded to a knowledge base. */
export class Upload {
  readonly key = randomId();
  readonly file: File;
  state = $state<'waiting' | 'sending' | 'failed'>('waiting');
  sentBytes = $state(0);
  failure = $state.raw<GraphFailure>();
  documentId = $state<string>();
  /** Upload URL; kept, so that a failed upload can be retried for the same document. */
  address: string | undefined;
  cancel = () => {};

  constructor(file: File) {
    this.file = file;
  }

  get part(): number {
    return this.file.size === 0 ? 0 : this.sentBytes / this.file.size;
  }
}

/** Uploads files into one knowledge base, a few at a time. Completed uploads leave this list. */
export class Uploads {
  items = $state<Upload[]>([]);
  readonly underway = $derived(this.items.filter((upload) => upload.state !== 'failed'));
  readonly #knowledgeBaseId: string;
  readonly #onarrived: (documentId: string) => void;

  constructor(knowledgeBaseId: string, onarrived: (documentId: string) => void) {
    this.#knowledgeBaseId = knowledgeBaseId;
    this.#onarrived = onarrived;
  }

  add(files: Iterable<File>): void {
    for (const file of files) {
      const upload = new Upload(file);
      const problem = unfit(file);
      if (problem) fail(upload, problem);
      this.items.push(upload);
    }
    this.#next();
  }

  retry = (upload: Upload): void => {
    upload.failure = undefined;
    upload.sentBytes = 0;
    upload.state = 'waiting';
    this.#next();
  };

  /** Removes it from the list, and deletes a document that was created for it and has no bytes. */
  remove = (upload: Upload): void => {
    upload.cancel();
    this.items = this.items.filter(({ key }) => key !== upload.key);
    if (upload.documentId) void mutate(DeleteDocumentMutation, { input: { id: upload.documentId } }).catch(() => undefined);
    this.#next();
  };

  cancelAll = (): void => {
    for (const upload of [...this.underway]) this.remove(upload);
  };

  #next(): void {
    const sending = this.items.filter(({ state }) => state === 'sending').length;
    for (const upload of this.items.filter(({ state }) => state === 'waiting').slice(0, AT_ONCE - sending)) void this.#send(upload);
  }

  async #send(upload: Upload): Promise<void> {
    upload.state = 'sending';
    try {
      await this.#register(upload);
      if (!this.#holds(upload)) return;
      const sending = sendFile(upload.file, upload.address ?? '', (bytes) => (upload.sentBytes = bytes));
      upload.cancel = sending.cancel;
      await sending.done;
      if (upload.documentId) this.#onarrived(upload.documentId);
      this.items = this.items.filter(({ key }) => key !== upload.key);
    } catch (error) {
      if (error instanceof Cancelled) return;
      this.#giveUp(upload, asFailure(error));
    } finally {
      this.#next();
    }
  }

  async #register(upload: Upload): Promise<void> {
    if (upload.address) return;
    const { name, size } = upload.file;
    const { addDocument } = await mutate(AddDocumentMutation, {
      input: { knowledgeBaseId: this.#knowledgeBaseId, name, mediaType: mediaTypeOf(name) ?? '', sizeBytes: size },
    });
    upload.documentId = addDocument.document.id;
    upload.address = addDocument.uploadUrl;
    // Removed from the list during the request, so the result is ignored.
    if (!this.#holds(upload)) this.remove(upload);
  }

  #giveUp(upload: Upload, failure: GraphFailure): void {
    fail(upload, failure);
    if (failure.retryable) return;
    // The URL does not accept these bytes; a retry starts with a new document.
    if (upload.documentId) void mutate(DeleteDocumentMutation, { input: { id: upload.documentId } }).catch(() => undefined);
    upload.documentId = undefined;
    upload.address = undefined;
  }

  #holds(upload: Upload): boolean {
    return this.items.some(({ key }) => key === upload.key);
  }
}

function fail(upload: Upload, failure: GraphFailure): void {
  upload.failure = failure;
  upload.state = 'failed';
}

/** Rejects before upload what the server would reject. */
function unfit(file: File): GraphFailure | undefined {
  if (!mediaTypeOf(file.name))
    return new GraphFailure(`Files of this type cannot be read. ${READABLE_NAMES} can.`, { code: 'DOCUMENT_TYPE_UNSUPPORTED' });
  if (file.size === 0) return new GraphFailure('The file is empty.', { code: 'DOCUMENT_EMPTY' });
  return undefined;
}
