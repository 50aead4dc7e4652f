import { eventually } from './eventually.ts';
import type { Person } from './person.ts';

export interface AddedDocument {
  id: string;
  status: string;
  failure: string | null;
  failureCode: string | null;
  pageCount: number | null;
  passageCount: number;
}

const ADD = 'mutation ($input: AddDocumentInput!) { addDocument(input: $input) { document { id } uploadUrl } }';
const STATE = 'query ($id: ID!) { document(id: $id) { id status failure failureCode pageCount passageCount } }';

/** Uploads a document as the web client does, and waits until it is READY or FAILED. */
export async function addDocument(
  person: Person,
  knowledgeBaseId: string,
  file: { name: string; mediaType: string; content: string | Uint8Array },
  withinMs = 60_000,
): Promise<AddedDocument> {
  const bytes = Buffer.from(file.content);
  const input = { knowledgeBaseId, name: file.name, mediaType: file.mediaType, sizeBytes: bytes.length };
  const { addDocument: added } = await person.ask(ADD, { input });
  const response = await fetch(added.uploadUrl, { method: 'PUT', headers: { 'content-type': file.mediaType }, body: bytes });
  if (!response.ok) throw new Error(`the upload was refused: ${response.status} ${await response.text()}`);
  const read = async () => (await person.ask(STATE, { id: added.document.id })).document as AddedDocument;
  return eventually(read, (document) => ['READY', 'FAILED'].includes(document.status), withinMs);
}
