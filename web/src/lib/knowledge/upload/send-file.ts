import { failureOf, unreachable, type GraphError, type GraphFailure } from '#lib/graph/failure.ts';

export interface Sending {
  /** Resolves when the platform has the bytes; rejects with a GraphFailure, or with `Cancelled`. */
  done: Promise<void>;
  cancel(): void;
}

export class Cancelled extends Error {}

/** Sends a file by XMLHttpRequest, because fetch does not report upload progress. */
export function sendFile(file: File, address: string, onprogress: (bytes: number) => void): Sending {
  const request = new XMLHttpRequest();
  const done = new Promise<void>((resolve, reject) => {
    request.upload.onprogress = ({ loaded }) => onprogress(Math.min(loaded, file.size));
    request.onload = () => (request.status >= 200 && request.status < 300 ? resolve() : reject(refusal(request)));
    request.onerror = () => reject(unreachable(new Error('the connection broke off')));
    request.onabort = () => reject(new Cancelled());
    request.open('PUT', onThisOrigin(address));
    request.setRequestHeader('content-type', file.type || 'application/octet-stream');
    request.send(file);
  });
  return { done, cancel: () => request.abort() };
}

/** The host name in this browser may differ from the public URL of the server. */
export function onThisOrigin(address: string): string {
  const { pathname, search } = new URL(address, location.origin);
  return pathname.startsWith('/files/') ? pathname + search : address;
}

function refusal(request: XMLHttpRequest): GraphFailure {
  try {
    const { errors } = JSON.parse(request.responseText) as { errors: GraphError[] };
    return failureOf(errors, request.getResponseHeader('x-request-id'));
  } catch {
    return unreachable(new Error(`HTTP ${request.status}`));
  }
}
