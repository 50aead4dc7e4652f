import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { newId } from '../id.ts';
import type { Log } from '../log.ts';
import { Failure, type ErrorCode } from '../../schema/errors.ts';
import { retryAfterOf, statusOf, toWire, type ErrorBody } from './graphql-error.ts';

const CODES_BY_STATUS: Record<number, ErrorCode> = {
  404: 'NOT_FOUND',
  405: 'METHOD_NOT_ALLOWED',
  413: 'PAYLOAD_TOO_LARGE',
  503: 'SHUTTING_DOWN',
};

/** Sends all HTTP errors in the format of GraphQL errors, with a code and a request id but no internal details. */
export function answerErrors(app: FastifyInstance, log: Log): void {
  app.setErrorHandler((error: FastifyError, request, reply) => sendFailure(reply, request, asFailure(error), log));
  app.setNotFoundHandler((request, reply) =>
    sendFailure(reply, request, new Failure('NOT_FOUND', { reason: 'There is nothing at this address.' }), log),
  );
}

export function sendFailure(reply: FastifyReply, request: FastifyRequest, error: unknown, log: Log): FastifyReply {
  const wire = toWire(error, request.id, log);
  const { httpStatus, ...extensions } = wire.extensions;
  const retryAfter = retryAfterOf(wire);
  if (retryAfter) void reply.header('retry-after', retryAfter);
  const body: ErrorBody = { errors: [{ ...wire, extensions: extensions as (typeof wire)['extensions'] }] };
  return reply
    .code(typeof httpStatus === 'number' ? httpStatus : statusOf(wire))
    .type('application/json; charset=utf-8')
    .send(body);
}

/** Handler of `clientError`: writes a raw response to a request that Node cannot parse, and closes the connection. */
export function refuseConnection(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, reason] = STATUS_OF_CONNECTION[error.code ?? ''] ?? ['400 Bad Request'];
  refuseSocket(socket, status, new Failure('BAD_REQUEST', reason ? { reason } : {}));
}

/** Writes the response of a connection that has no response object, and closes it. */
export function refuseSocket(socket: Duplex, status: string, { message, code, retryable }: Failure): void {
  const body = JSON.stringify({ errors: [{ message, extensions: { code, retryable, requestId: newId() } }] } satisfies ErrorBody);
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

const STATUS_OF_CONNECTION: Record<string, [status: string, reason?: string]> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'The headers are larger than allowed.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'The request took too long to arrive.'],
};

/** Maps Fastify errors with a status below 500 to error codes. */
function asFailure(error: FastifyError): unknown {
  const status = error.statusCode;
  if (error instanceof Failure || !status || status >= 500) return error;
  const code = CODES_BY_STATUS[status] ?? 'BAD_REQUEST';
  return new Failure(code, { ...(code === 'BAD_REQUEST' && status !== 400 ? { httpStatus: status } : {}) }, { cause: error });
}
