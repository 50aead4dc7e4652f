import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Files, Span } from '../../infra/files/files.ts';
import { Failure } from '../../schema/errors.ts';

/** Claims of a signed download URL; see infra/tokens/tokens.ts. */
interface DownloadPermission {
  key: string;
  name: string;
  mediaType: string;
  sessionId: string | null;
}

export interface DownloadOptions {
  files: Files;
  readToken(token: string): Promise<DownloadPermission>;
  /** Throws `NOT_FOUND` if the session has ended. */
  requireSession(sessionId: string | null): Promise<void>;
}

/** Sandboxes uploaded files. Chromium still shows PDFs (verified with version 156). */
const FILE_POLICY = "default-src 'none'; sandbox; frame-ancestors 'self'";

/** `GET /files/<token>`: PDFs are shown inline, with byte ranges for viewers; other files are attachments. */
export function addDownload(app: FastifyInstance, { files, readToken, requireSession }: DownloadOptions): void {
  app.get<{ Params: { token: string } }>('/files/:token', async (request, reply) => {
    const { key, name, mediaType, sessionId } = await readToken(request.params.token);
    await requireSession(sessionId);
    if (!(await files.exists(key))) throw new Failure('NOT_FOUND');
    const isPdf = mediaType === 'application/pdf';
    void reply
      .type(isPdf ? mediaType : 'application/octet-stream')
      .header('x-content-type-options', 'nosniff')
      .header('content-disposition', disposition(isPdf ? 'inline' : 'attachment', name))
      .header('content-security-policy', FILE_POLICY)
      .header('x-frame-options', 'SAMEORIGIN')
      .header('cache-control', 'private, no-store')
      .header('accept-ranges', 'bytes');
    return send(request, reply, { size: await files.size(key), read: (span) => files.get(key, span) });
  });
}

async function send(
  request: FastifyRequest,
  reply: FastifyReply,
  file: { size: number; read(span?: Span): Promise<Readable> },
): Promise<FastifyReply> {
  const span = spanOf(request.headers.range, file.size);
  if (span === 'unsatisfiable') {
    void reply.header('content-range', `bytes */${file.size}`);
    throw new Failure('BAD_REQUEST', { reason: 'The file has no such range.', httpStatus: 416 });
  }
  void reply.header('content-length', span ? span.end - span.start + 1 : file.size);
  if (request.method === 'HEAD') return reply.send();
  if (!span) return reply.send(await file.read());
  void reply.code(206).header('content-range', `bytes ${span.start}-${span.end}/${file.size}`);
  return reply.send(await file.read(span));
}

/** Parses a single range (RFC 9110 §14); several ranges or invalid ones get the whole file. */
function spanOf(header: string | undefined, size: number): Span | 'unsatisfiable' | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (first === '' && last === '') return undefined;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  return start > end || start >= size ? 'unsatisfiable' : { start, end };
}

/** RFC 6266, with an ASCII `filename` for old clients and `filename*`. */
export function disposition(kind: 'inline' | 'attachment', name: string): string {
  // Control characters, path separators, quotes and bidirectional formatting characters.
  const clean =
    name
      .toWellFormed()
      .replace(/[\u0000-\u001f\u007f-\u009f"\\/:*?<>|\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '_')
      .slice(0, 200) || 'file';
  const plain = clean.replace(/[^\x20-\x7e]/g, '_');
  const encoded = encodeURIComponent(clean.toWellFormed()).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${kind}; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
