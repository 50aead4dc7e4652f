import { readFile } from 'node:fs/promises';
import { getDocumentProxy } from 'unpdf';
import { Failure } from '../../../../../schema/errors.ts';

export type Pdf = Awaited<ReturnType<typeof getDocumentProxy>>;
export type PdfPage = Awaited<ReturnType<Pdf['getPage']>>;

const FOLDERS: Record<string, string> = { cMapUrl: 'cmaps', standardFontDataUrl: 'standard_fonts', wasmUrl: 'wasm' };

/** The pixels of an A4 page at 700 dpi; larger images are not decoded. */
const MAX_IMAGE_PIXELS = 50_000_000;

/**
 * Loads the files that pdf.js needs: the CMaps of Chinese, Japanese and Korean fonts that a file names without
 * embedding them, and image decoders. unpdf does not include them; pdfjs-dist does.
 */
class PackageFiles {
  async fetch({ kind, filename }: { kind: string; filename: string }): Promise<Uint8Array> {
    const folder = FOLDERS[kind];
    if (!folder || !/^[\w-]+(\.\w+)*$/.test(filename)) throw new Error(`pdf.js asked for ${kind} ${filename}`);
    return new Uint8Array(await readFile(new URL(`${folder}/${filename}`, import.meta.resolve('pdfjs-dist/package.json'))));
  }
}

/**
 * Opens a PDF. Throws `DOCUMENT_ENCRYPTED` if a user password is needed; an owner password, which only restricts
 * printing or copying, is not.
 */
export async function openPdf(bytes: Uint8Array): Promise<Pdf> {
  try {
    return await open(bytes);
  } catch (error) {
    if ((error as Error).name !== 'PasswordException') throw new Failure('DOCUMENT_BROKEN', {}, { cause: error });
    const plain = withoutEncryptedAttachments(bytes);
    if (!plain) throw new Failure('DOCUMENT_ENCRYPTED', {}, { cause: error });
    return openPdf(plain);
  }
}

async function open(bytes: Uint8Array): Promise<Pdf> {
  // pdf.js transfers the buffer, and a file may have to be opened twice.
  return getDocumentProxy(bytes.slice(), {
    // Silences pdf.js, whose warnings about files do not belong in the log.
    verbosity: 0,
    BinaryDataFactory: PackageFiles,
    useWorkerFetch: false,
    maxImageSize: MAX_IMAGE_PIXELS,
    isEvalSupported: false,
  } as Parameters<typeof getDocumentProxy>[1]);
}

/**
 * Returns a copy in which the key that announces the encryption is renamed, because pdf.js asks for a password even if
 * only the attachments are encrypted. Returns null if more than that is encrypted.
 */
function withoutEncryptedAttachments(bytes: Uint8Array): Uint8Array | null {
  const copy = Buffer.from(bytes);
  const text = copy.toString('latin1');
  if (!/\/AuthEvent\s*\/EFOpen/.test(text) || /\/St[mr]F\s*\/(?!Identity)/.test(text)) return null;
  const found = [...text.matchAll(/\/Encrypt(?=\s*(?:<<|\d+\s+\d+\s+R))/g)];
  for (const { index } of found) copy.write('/Encrypx', index, 'latin1');
  return found.length > 0 ? copy : null;
}
