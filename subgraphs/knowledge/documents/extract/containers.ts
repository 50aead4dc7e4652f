import { Failure } from '../../../../schema/errors.ts';
import { archiveNames, readArchive } from './archive.ts';
import type { DocumentKind } from './extraction.ts';

/** A format found inside a container: a readable kind, or the name of an unsupported one. */
export type Contained = { kind: DocumentKind } | { foreign: string };

const OPEN_DOCUMENTS: [start: string, kind: DocumentKind][] = [
  ['application/vnd.oasis.opendocument.text', 'odt'],
  ['application/vnd.oasis.opendocument.spreadsheet', 'ods'],
  ['application/vnd.oasis.opendocument.presentation', 'odp'],
  ['application/epub+zip', 'epub'],
];

/** Detects the kind of a ZIP archive by the names in it. */
export async function archiveKind(bytes: Uint8Array): Promise<Contained> {
  const names = new Set((await archiveNames(bytes)).map((name) => name.replaceAll('\\', '/')));
  const has = (pattern: RegExp) => [...names].some((name) => pattern.test(name));
  if (names.has('word/document.xml')) return { kind: 'docx' };
  if (has(/^xl\/workbook\.bin$/i)) return { foreign: 'a binary Excel workbook (.xlsb), which can be saved as .xlsx' };
  if (names.has('[Content_Types].xml') && has(/^xl\/workbook\d*\.xml$/i)) return { kind: 'xlsx' };
  if (names.has('[Content_Types].xml') && has(/^ppt\/presentation\d*\.xml$/i)) return { kind: 'pptx' };
  if (names.has('mimetype')) {
    const mimetype = (await readArchive(bytes, (name) => name === 'mimetype')).get('mimetype')!.toString('latin1', 0, 200).trim();
    const kind = OPEN_DOCUMENTS.find(([start]) => mimetype.startsWith(start))?.[1];
    if (kind) return { kind };
  }
  if (names.has('META-INF/container.xml')) return { kind: 'epub' };
  if (has(/^word\/document\d*\.xml$/i)) return { kind: 'docx' };
  if (has(/^Index\/.*\.iwa$/)) return { foreign: 'a document of Pages, Numbers or Keynote, which can be exported as PDF' };
  if (names.has('META-INF/MANIFEST.MF')) return { foreign: 'a Java archive' };
  if (has(/^xl\//)) return { foreign: 'a damaged Excel workbook' };
  return { foreign: 'a ZIP archive' };
}

const DIRECTORY_ENTRY = 128;

/** Detects the kind of a compound file (MS-CFB) by its stream names: old Office files, Outlook messages, installers. */
export function compoundKind(bytes: Uint8Array): Contained {
  const content = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const has = (stream: string) => hasStream(content, stream);
  // Since Office 2007, a password-protected file is stored in such a container as a whole.
  if (has('EncryptedPackage')) throw new Failure('DOCUMENT_ENCRYPTED');
  if (has('__properties_version1.0')) return { kind: 'msg' };
  if (has('WordDocument')) return { foreign: 'a Word document from before 2007 (.doc), which can be saved as .docx' };
  if (has('Workbook') || has('Book')) return { foreign: 'an Excel workbook from before 2007 (.xls), which can be saved as .xlsx' };
  if (has('PowerPoint Document')) return { foreign: 'a PowerPoint presentation from before 2007 (.ppt), which can be saved as .pptx' };
  return { foreign: 'an old Office file' };
}

/** Searches the directory, whose entries have a fixed size and begin with the stream's name. */
function hasStream(content: Buffer, name: string): boolean {
  const wanted = Buffer.from(`${name}\0`, 'utf16le');
  for (let at = content.indexOf(wanted); at >= 0; at = content.indexOf(wanted, at + 2)) if (at % DIRECTORY_ENTRY === 0) return true;
  return false;
}
