import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Files, Span } from '../../infra/files/files.ts';
import { Failure } from '../../schema/errors.ts';

/** What a download address permits; see infra/tokens/tokens.ts. */
interface DownloadPermission {
  key: string;
  name: string;
  mediaType: string;
  sessionId: string | null;
}

export interface DownloadOptions {
  files: Files;
  readTicket(ticket: string): Promise<DownloadPermission>;
  /** Throws `NOT_FOUND` once the session has ended. */
  requireSession(sessionId: string | null): Promise<void>;
}

/** A file of a stranger never runs as a page of ours. Chromium shows a PDF all the same: tried, at version 156. */
const LOCKED = "default-src 'none'; sandbox; frame-ancestors 'self'";

/** `GET /files/<ticket>`: a PDF is shown, with byte ranges so that a viewer can jump; anything else is saved. */
export function addDownload(app: FastifyInstance, { files, readTicket, requireSession }: DownloadOptions): void {
  app.get<{ Params: { ticket: string } }>('/files/:ticket', async (request, reply) => {
    const { key, name, mediaType, sessionId } = await readTicket(request.params.ticket);
    await requireSession(sessionId);
    if (!(await files.exists(key))) throw new Failure('NOT_FOUND');
    const isPdf = mediaType === 'application/pdf';
    void reply
      .type(isPdf ? mediaType : 'application/octet-stream')
      .header('x-content-type-options', 'nosniff')
      .header('content-disposition', disposition(isPdf ? 'inline' : 'attachment', name))
      .header('content-security-policy', LOCKED)
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

/** One range as RFC 9110 §14 writes it; several, or something else, is answered with the whole file. */
function spanOf(header: string | undefined, size: number): Span | 'unsatisfiable' | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (first === '' && last === '') return undefined;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  return start > end || start >= size ? 'unsatisfiable' : { start, end };
}

/** RFC 6266, with the name twice: plain for old readers, and as it is. */
export function disposition(kind: 'inline' | 'attachment', name: string): string {
  // Controls, path separators, quotes, and the marks that turn the direction of text have no place in a file's name.
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
