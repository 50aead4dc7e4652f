import { readFile } from 'node:fs/promises';
import { getDocumentProxy } from 'unpdf';
import { Failure } from '../../../../../schema/errors.ts';

export type Pdf = Awaited<ReturnType<typeof getDocumentProxy>>;
export type PdfPage = Awaited<ReturnType<Pdf['getPage']>>;

const FOLDERS: Record<string, string> = { cMapUrl: 'cmaps', standardFontDataUrl: 'standard_fonts', wasmUrl: 'wasm' };

/** As an A4 page scanned at 700 dots per inch has; larger pictures are not decoded. */
const MAX_IMAGE_PIXELS = 50_000_000;

/**
 * Gives pdf.js the files that it needs beside itself: the CMaps of Chinese, Japanese and Korean fonts that a file names
 * and does not hold, and the decoders of some pictures. unpdf carries none of them; the package pdfjs-dist does.
 */
class PackageFiles {
  async fetch({ kind, filename }: { kind: string; filename: string }): Promise<Uint8Array> {
    const folder = FOLDERS[kind];
    if (!folder || !/^[\w-]+(\.\w+)*$/.test(filename)) throw new Error(`pdf.js asked for ${kind} ${filename}`);
    return new Uint8Array(await readFile(new URL(`${folder}/${filename}`, import.meta.resolve('pdfjs-dist/package.json'))));
  }
}

/** Throws `DOCUMENT_ENCRYPTED` where a password is needed; one that only restricts printing or copying is none. */
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
  // pdf.js takes the memory of what it is given, and a file may have to be opened twice.
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
 * A file whose text is open and whose attachments alone are encrypted: pdf.js asks for the password all the same. Makes
 * the key of the dictionary that announces the encryption unknown, in a copy. Null where more than that is encrypted.
 */
function withoutEncryptedAttachments(bytes: Uint8Array): Uint8Array | null {
  const copy = Buffer.from(bytes);
  const text = copy.toString('latin1');
  if (!/\/AuthEvent\s*\/EFOpen/.test(text) || /\/St[mr]F\s*\/(?!Identity)/.test(text)) return null;
  const found = [...text.matchAll(/\/Encrypt(?=\s*(?:<<|\d+\s+\d+\s+R))/g)];
  for (const { index } of found) copy.write('/Encrypx', index, 'latin1');
  return found.length > 0 ? copy : null;
}
