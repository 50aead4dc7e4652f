import { Failure } from '../../schema/errors.ts';
import type { IdleTimer } from './idle.ts';
import { ProviderError } from './provider-error.ts';
import { isErrorBody } from './response/error-body.ts';

/** Parses a whole response of at most `maxBytes` as JSON, ignoring its content type. Throws the failure that it reports. */
export async function readJson(response: Response, idle: IdleTimer, maxBytes: number): Promise<unknown> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    idle.touch();
    size += part.length;
    if (size > maxBytes) throw tooLarge(maxBytes);
    parts.push(part);
  }
  const text = Buffer.concat(parts)
    .toString('utf8')
    .replace(/^\ufeff/, '');
  const json = parsed(text);
  if (isErrorBody(json)) throw ProviderError.fromBody(json);
  return json;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new Failure(
      'PROVIDER_BAD_RESPONSE',
      {
        reason:
          'The model provider sent a page or a text where data were expected. Ask an administrator to check the address of the endpoint.',
      },
      { cause: ProviderError.fromBody(text.slice(0, 2_000)) },
    );
  }
}

function tooLarge(maxBytes: number): Failure {
  return new Failure('PROVIDER_BAD_RESPONSE', {
    reason: `The model provider sent a response larger than ${Math.round(maxBytes / 1_000_000)} MB.`,
  });
}
