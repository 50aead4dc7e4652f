import type { IncomingMessage } from 'node:http';
import { finished } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Files } from '../../infra/files/files.ts';
import { newId } from '../../infra/id.ts';
import { ERRORS, Failure, type ErrorCode } from '../../schema/errors.ts';
import type { Source, SourceError } from '../../schema/source.ts';
import { Intake, largerThan } from './intake.ts';

/** What an upload address permits; see infra/tokens/tokens.ts. */
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
  readTicket(ticket: string): Promise<UploadPermission>;
  /** Throws `NOT_FOUND` once the session has ended. */
  requireSession(sessionId: string | null): Promise<void>;
  ipOf(request: FastifyRequest): string;
}

/** A sender that falls silent for so long has gone. */
const SILENCE_MS = 30_000;
const STORED = `mutation Stored($input: DocumentStoredInput!) { documentStored(input: $input) { document { id status } } }`;

/**
 * `PUT /files/upload/<ticket>`: streams the bytes to storage, then tells the knowledge subgraph what arrived.
 * Each attempt has a key of its own, so two at once cannot mix; the document takes the first and no other.
 */
export function addUpload(app: FastifyInstance, options: UploadOptions): void {
  void app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
    scope.put<{ Params: { ticket: string } }>('/files/upload/:ticket', { bodyLimit: Number.MAX_SAFE_INTEGER }, async (request) => {
      const permission = await options.readTicket(request.params.ticket);
      await options.requireSession(permission.sessionId);
      const declared = Number(request.headers['content-length'] ?? 0);
      if (declared > permission.maxBytes) throw largerThan(permission.maxBytes);
      return receive(request, permission, options);
    });
  });
}

async function receive(request: FastifyRequest, permission: UploadPermission, { files, knowledge, ipOf }: UploadOptions) {
  const key = `${permission.key}-${newId()}`;
  const intake = new Intake(permission.maxBytes);
  await store(request.raw, intake, (content) => files.put(key, content));
  try {
    const document = await tellStored(
      knowledge(),
      { userId: permission.userId, requestId: request.id, ip: ipOf(request) },
      {
        documentId: permission.documentId,
        key,
        sha256: intake.sha256(),
        sizeBytes: intake.sizeBytes,
        sniffedMediaType: intake.sniffedMediaType ?? null,
      },
    );
    return { document };
  } catch (error) {
    // Where no answer came the document may have taken these bytes all the same; if not, the sweep of knowledge finds them.
    if (error instanceof Failure && ERRORS[error.code].status < 500) await files.delete(key);
    throw error;
  }
}

async function store(body: IncomingMessage, intake: Intake, put: (content: Intake) => Promise<void>): Promise<void> {
  const silence = setTimeout(() => body.destroy(new Error('the sender fell silent')), SILENCE_MS);
  body.on('data', () => silence.refresh());
  // `pipeline` would destroy the connection with the body, and the answer with it. `finished` knows of what has ended
  // before it was asked: a sender may be gone while the ticket is read.
  finished(body, { writable: false }, (cause) => {
    if (cause) intake.destroy(new Failure('BAD_REQUEST', { reason: 'The upload broke off.' }, { cause }));
  });
  intake.once('error', () => {
    body.unpipe(intake);
    body.resume();
  });
  body.pipe(intake);
  try {
    await put(intake);
  } finally {
    clearTimeout(silence);
  }
}

async function tellStored(
  knowledge: Source,
  sender: { userId: string; requestId: string; ip: string },
  input: Record<string, unknown>,
): Promise<unknown> {
  const { userId, requestId, ip } = sender;
  const identity = { viewer: { userId, role: 'USER' as const, sessionId: null }, requestId, ip, system: true };
  const { data, errors } = await knowledge.execute({ query: STORED, variables: { input } }, identity);
  const [error] = errors ?? [];
  if (error) throw failureOf(error);
  return data?.['documentStored'].document;
}

function failureOf({ message, extensions }: SourceError): unknown {
  const code = extensions?.['code'];
  if (typeof code !== 'string' || !(code in ERRORS)) return new Error(`documentStored failed: ${message}`);
  return new Failure(code as ErrorCode, { reason: message });
}
