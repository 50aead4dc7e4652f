import type { IncomingMessage } from 'node:http';
import { finished } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Files } from '../../infra/files/files.ts';
import { failureOf } from '../../infra/http/graphql-error.ts';
import { newId } from '../../infra/id.ts';
import { ERRORS, Failure } from '../../schema/errors.ts';
import type { Source } from '../../schema/source.ts';
import { UploadStream, largerThan } from './upload-stream.ts';

/** Claims of a signed upload URL; see infra/tokens/tokens.ts. */
interface UploadPermission {
  documentId: string;
  key: string;
  maxBytes: number;
  userId: string;
  sessionId: string | null;
}

export interface UploadOptions {
  files: Files;
  knowledge(): Source;
  readToken(token: string): Promise<UploadPermission>;
  /** Throws `NOT_FOUND` if the session has ended. */
  requireSession(sessionId: string | null): Promise<void>;
  ipOf(request: FastifyRequest): string;
}

/** Idle timeout of the sender. */
const IDLE_MS = 30_000;
const STORED = `mutation Stored($input: DocumentStoredInput!) { documentStored(input: $input) { document { id status } } }`;

/**
 * `PUT /files/upload/<token>`: streams the bytes to storage, then notifies the knowledge subgraph. Each attempt uses a new
 * key, so concurrent attempts cannot mix; the document accepts only the first.
 */
export function addUpload(app: FastifyInstance, options: UploadOptions): void {
  void app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
    scope.put<{ Params: { token: string } }>('/files/upload/:token', { bodyLimit: Number.MAX_SAFE_INTEGER }, async (request) => {
      const permission = await options.readToken(request.params.token);
      await options.requireSession(permission.sessionId);
      const declared = Number(request.headers['content-length'] ?? 0);
      if (declared > permission.maxBytes) throw largerThan(permission.maxBytes);
      return receive(request, permission, options);
    });
  });
}

async function receive(request: FastifyRequest, permission: UploadPermission, { files, knowledge, ipOf }: UploadOptions) {
  const key = `${permission.key}-${newId()}`;
  const upload = new UploadStream(permission.maxBytes);
  await store(request.raw, upload, (content) => files.put(key, content));
  try {
    const document = await notifyStored(
      knowledge(),
      { userId: permission.userId, requestId: request.id, ip: ipOf(request) },
      {
        documentId: permission.documentId,
        key,
        sha256: upload.sha256(),
        sizeBytes: upload.sizeBytes,
        sniffedMediaType: upload.sniffedMediaType ?? null,
      },
    );
    return { document };
  } catch (error) {
    // Without an answer, the document may have accepted the file; otherwise the sweep of knowledge deletes it.
    if (error instanceof Failure && ERRORS[error.code].status < 500) await files.delete(key);
    throw error;
  }
}

async function store(body: IncomingMessage, upload: UploadStream, put: (content: UploadStream) => Promise<void>): Promise<void> {
  const idle = setTimeout(() => body.destroy(new Error('the sender timed out')), IDLE_MS);
  body.on('data', () => idle.refresh());
  // `pipeline` would destroy the connection together with the body, before the response is sent. `finished` also reports
  // a stream that ended earlier, e.g. while the token was verified.
  finished(body, { writable: false }, (cause) => {
    if (cause) upload.destroy(new Failure('BAD_REQUEST', { reason: 'The upload was interrupted. Try again.' }, { cause }));
  });
  upload.once('error', () => {
    body.unpipe(upload);
    body.resume();
  });
  body.pipe(upload);
  try {
    await put(upload);
  } finally {
    clearTimeout(idle);
  }
}

async function notifyStored(
  knowledge: Source,
  sender: { userId: string; requestId: string; ip: string },
  input: Record<string, unknown>,
): Promise<unknown> {
  const { userId, requestId, ip } = sender;
  const identity = { viewer: { userId, role: 'USER' as const, sessionId: null }, requestId, ip, system: true };
  const { data, errors } = await knowledge.execute({ query: STORED, variables: { input } }, identity);
  const [error] = errors ?? [];
  if (error) throw failureOf(error) ?? new Error(`documentStored failed: ${error.message}`);
  return data?.['documentStored'].document;
}
