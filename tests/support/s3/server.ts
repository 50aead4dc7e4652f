import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { createServer, IncomingMessage, type ServerResponse } from 'node:http';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';
import S3rver from 's3rver';

/**
 * `node server.js <directory> <port>` runs s3rver with the parts of S3 that it lacks: checksums of requests and responses, objects that
 * appear only when complete, and multipart uploads that can be listed and aborted.
 */
const [directory = '', port = ''] = process.argv.slice(2);
const server = new S3rver({ directory, silent: true, vhostBuckets: false });
const { store } = server;
const serve = server.callback();

/** The checksum of each object, as it was sent. */
const checksums = new Map<string, string>();

store.putPart = async (bucket, uploadId, part, content) => {
  const { bytes, md5 } = await received(content);
  await writeFile(join(uploadsOf(bucket), uploadId, String(part)), bytes);
  return { md5, size: bytes.length };
};
store.putObject = async ({ bucket, key, content, metadata }) => {
  const { bytes, checksum, md5 } = await received(content);
  const path = store.getResourcePath(bucket, key, 'object');
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.${md5}`, bytes);
  await rename(`${path}.${md5}`, path);
  await store.putMetadata(bucket, key, metadata, md5);
  checksums.set(`/${bucket}/${key}`, checksum);
  return { md5, size: bytes.length };
};
const copyObject = store.copyObject.bind(store);
store.copyObject = async (fromBucket, from, toBucket, to, metadata) => {
  checksums.set(`/${toBucket}/${to}`, checksums.get(`/${fromBucket}/${from}`) ?? '');
  return copyObject(fromBucket, from, toBucket, to, metadata);
};

createServer(answer).listen(Number(port), '127.0.0.1', () => process.stdout.write('ready to accept connections\n'));

/** Reads the whole body and verifies its checksum. A broken connection rejects before anything is written. */
async function received(content: IncomingMessage | Readable): Promise<{ bytes: Buffer; checksum: string; md5: string }> {
  const bytes = await buffer(content);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(bytes));
  const checksum = sum.toString('base64');
  const expected = content instanceof IncomingMessage ? content.headers['x-amz-checksum-crc32'] : checksum;
  if (expected !== checksum) throw new Error(`The bytes have the checksum ${checksum}, and not ${String(expected)}.`);
  return { bytes, checksum, md5: createHash('md5').update(bytes).digest('hex') };
}

function uploadsOf(bucket: string): string {
  return join(directory, bucket, '._S3rver_uploads');
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'http://s3');
  const uploads = uploadsOf(url.pathname.split('/')[1] ?? '');
  const uploadId = url.searchParams.get('uploadId');
  if (request.method === 'DELETE' && uploadId) {
    rmSync(join(uploads, uploadId), { recursive: true, force: true });
    return void response.writeHead(204).end();
  }
  if (request.method === 'GET' && url.searchParams.has('uploads')) return void response.writeHead(200).end(listed(uploads));
  const whole = request.headers['x-amz-checksum-mode'] === 'ENABLED' && !request.headers.range;
  const checksum = whole && checksums.get(url.pathname);
  if (checksum) response.setHeader('x-amz-checksum-crc32', checksum);
  serve(request, response);
}

function listed(uploads: string): string {
  const entries = (existsSync(uploads) ? readdirSync(uploads) : []).map((id) => {
    const key = readFileSync(join(uploads, id, 'key'), 'utf8');
    const initiated = statSync(join(uploads, id)).mtime.toISOString();
    return `<Upload><Key>${key}</Key><UploadId>${id}</UploadId><Initiated>${initiated}</Initiated></Upload>`;
  });
  return `<ListMultipartUploadsResult>${entries.join('')}</ListMultipartUploadsResult>`;
}
