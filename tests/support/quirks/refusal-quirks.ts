import { JSON_TYPE, chunk, events, plain, type Quirks } from './quirk.ts';

/** Forms in which servers report errors. */
export const REFUSAL_QUIRKS: Quirks = {
  'json-error-200': () => ({
    raw: JSON.stringify({ error: { message: 'The model `quirk` does not exist', type: 'invalid_request_error', code: 'model_not_found' } }),
    headers: JSON_TYPE,
  }),
  'html-200': () => ({ raw: '<!doctype html><title>Login</title>', headers: { 'content-type': 'text/html' } }),
  'error-first-in-stream': () => [{ error: { message: 'Rate limit exceeded: free-models-per-min', code: 429 } }],
  'error-object-object': () => [{ object: 'error', message: 'The model is overloaded', type: 'ServiceUnavailable', code: 503 }],
  'error-choice-level': () => [
    ...plain.slice(0, 2),
    {
      id: 'c1',
      choices: [{ index: 0, delta: { content: '' }, finish_reason: 'error', error: { code: 502, message: 'Provider returned error' } }],
    },
  ],
  'error-event-name': () => ({ raw: events(plain.slice(0, 2), { done: false }) + 'event: error\ndata: {"message":"boom","code":500}\n\n' }),
  '429-retry-1': (c) =>
    c.n === 1
      ? {
          status: 429,
          raw: JSON.stringify({ error: { message: 'slow down' } }),
          headers: { 'content-type': 'application/json', 'retry-after': '1' },
        }
      : [...plain, chunk({}, 'stop')],
  '429-retry-ms': (c) =>
    c.n === 1
      ? {
          status: 429,
          raw: JSON.stringify({ error: { message: 'slow down' } }),
          headers: { 'content-type': 'application/json', 'retry-after-ms': '300' },
        }
      : [...plain, chunk({}, 'stop')],
  '503-loading': (c) =>
    c.n <= 2
      ? {
          status: 503,
          raw: JSON.stringify({ error: { message: 'Loading model', type: 'unavailable_error', code: 503 } }),
          headers: JSON_TYPE,
        }
      : [...plain, chunk({}, 'stop')],
  'no-temperature': (c) =>
    'temperature' in c.body
      ? {
          status: 400,
          raw: JSON.stringify({
            error: {
              message: "Unsupported value: 'temperature' does not support 0.7 with this model. Only the default (1) value is supported.",
              type: 'invalid_request_error',
              param: 'temperature',
              code: 'unsupported_value',
            },
          }),
          headers: JSON_TYPE,
        }
      : [...plain, chunk({}, 'stop')],
  'no-temperature-422': (c) =>
    'temperature' in c.body
      ? {
          status: 422,
          raw: JSON.stringify({ detail: [{ loc: ['body', 'temperature'], msg: 'extra fields not permitted', type: 'value_error.extra' }] }),
          headers: JSON_TYPE,
        }
      : [...plain, chunk({}, 'stop')],
  'no-stream-options': (c) =>
    'stream_options' in c.body
      ? { status: 400, raw: JSON.stringify({ error: { message: "Unknown parameter: 'stream_options'." } }), headers: JSON_TYPE }
      : [...plain, chunk({}, 'stop')],
  'no-stream-options-422': (c) =>
    'stream_options' in c.body
      ? {
          status: 422,
          raw: JSON.stringify({
            object: 'error',
            message: { detail: [{ type: 'extra_forbidden', loc: ['body', 'stream_options'], msg: 'Extra inputs are not permitted' }] },
            type: 'invalid_request_error',
          }),
          headers: JSON_TYPE,
        }
      : [...plain, chunk({}, 'stop')],
  'no-tools': (c) =>
    'tools' in c.body
      ? {
          status: 400,
          raw: JSON.stringify({ error: { message: 'registry.example/library/quirk:latest does not support tools', type: 'api_error' } }),
          headers: JSON_TYPE,
        }
      : [...plain, chunk({}, 'stop')],
  'no-tools-404': (c) =>
    'tools' in c.body
      ? {
          status: 404,
          raw: JSON.stringify({ error: { message: 'No endpoints found that support tool use. Try disabling "calculate".', code: 404 } }),
          headers: JSON_TYPE,
        }
      : [...plain, chunk({}, 'stop')],
  'no-tools-vllm': (c) =>
    'tools' in c.body
      ? {
          status: 400,
          raw: JSON.stringify({
            object: 'error',
            message: '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set',
            type: 'BadRequestError',
            param: null,
            code: 400,
          }),
          headers: JSON_TYPE,
        }
      : [...plain, chunk({}, 'stop')],
  'no-system': (c) =>
    c.body.messages.some((m: any) => m.role === 'system')
      ? {
          status: 400,
          raw: JSON.stringify({
            error: {
              message: "Unsupported value: 'messages[0].role' does not support 'system' with this model.",
              type: 'invalid_request_error',
              param: 'messages[0].role',
              code: 'unsupported_value',
            },
          }),
          headers: JSON_TYPE,
        }
      : [...plain, chunk({}, 'stop')],
  'no-system-gemma': (c) =>
    c.body.messages.some((m: any) => m.role === 'system')
      ? {
          status: 400,
          raw: JSON.stringify({
            error: { message: 'Developer instruction is not enabled for models/gemma-3-27b-it', code: 400, status: 'INVALID_ARGUMENT' },
          }),
          headers: JSON_TYPE,
        }
      : [...plain, chunk({}, 'stop')],
  'error-array-body': () => ({
    status: 400,
    raw: JSON.stringify([{ error: { code: 400, message: 'API key not valid. Please pass a valid API key.', status: 'INVALID_ARGUMENT' } }]),
    headers: JSON_TYPE,
  }),
  'error-detail-body': () => ({ status: 400, raw: JSON.stringify({ detail: 'Context window exceeded by 100' }), headers: JSON_TYPE }),
  'error-message-top': () => ({
    status: 400,
    raw: JSON.stringify({
      object: 'error',
      message: "This model's maximum context length is 4096 tokens. However, you requested 9000 tokens",
      type: 'BadRequestError',
      code: 400,
    }),
    headers: JSON_TYPE,
  }),
  '413-too-large': () => ({
    status: 413,
    raw: JSON.stringify({
      error: {
        message: 'Request too large for model in organization: Limit 6000, Requested 9000',
        type: 'tokens',
        code: 'rate_limit_exceeded',
      },
    }),
    headers: JSON_TYPE,
  }),
};
