import { buffer } from 'node:stream/consumers';
import { fromBuffer, type Entry, type ZipFile } from 'yauzl';
import { Failure } from '../../../../schema/errors.ts';

const MAX_ENTRIES = 10_000;
const MAX_TOTAL_BYTES = 200 * 1024 * 1024;
/** The unpacked size below which the compression ratio is not checked. */
const HARMLESS_BYTES = 10 * 1024 * 1024;
const MAX_RATIO = 100;

/** Lists the names in a ZIP archive, after the checks of `walk`. */
export async function archiveNames(bytes: Uint8Array): Promise<string[]> {
  const names: string[] = [];
  await walk(bytes, async (_, entry) => void names.push(entry.fileName));
  return names;
}

/** Reads the entries of a ZIP archive whose name satisfies `isWanted`. */
export async function readArchive(bytes: Uint8Array, isWanted: (name: string) => boolean): Promise<Map<string, Buffer>> {
  const contents = new Map<string, Buffer>();
  await walk(bytes, async (zip, entry) => {
    // yauzl fails if an entry holds more than it declares, so declared sizes are reliable.
    if (isWanted(entry.fileName)) contents.set(entry.fileName, await buffer(await zip.openReadStreamPromise(entry)));
  });
  return contents;
}

/** Rejects archives that are damaged, encrypted, or unpack to far more than their size (ZIP bombs). */
async function walk(bytes: Uint8Array, visit: (zip: ZipFile, entry: Entry) => Promise<void>): Promise<void> {
  let total = 0;
  let count = 0;
  try {
    const zip = await open(bytes);
    await eachEntry(zip, async (entry) => {
      total += entry.uncompressedSize;
      count += 1;
      if (count > MAX_ENTRIES || isBomb(total, bytes.length))
        throw new Failure('DOCUMENT_TOO_COMPLEX', { reason: 'The file unpacks to far more than its size.' });
      if (entry.isEncrypted()) throw new Failure('DOCUMENT_ENCRYPTED');
      await visit(zip, entry);
    });
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure('DOCUMENT_BROKEN', {}, { cause: error });
  }
}

function isBomb(total: number, packed: number): boolean {
  return total > MAX_TOTAL_BYTES || (total > HARMLESS_BYTES && total / packed > MAX_RATIO);
}

function open(bytes: Uint8Array): Promise<ZipFile> {
  return new Promise((resolve, reject) => {
    fromBuffer(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), { lazyEntries: true }, (error, zip) =>
      error ? reject(error) : resolve(zip),
    );
  });
}

function eachEntry(zip: ZipFile, visit: (entry: Entry) => Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    zip.on('error', reject);
    zip.on('end', resolve);
    zip.on('entry', (entry: Entry) => {
      visit(entry).then(() => zip.readEntry(), reject);
    });
    zip.readEntry();
  });
}
