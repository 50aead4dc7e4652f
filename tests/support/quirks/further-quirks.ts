import { call, chunk, EXPRESSION, events, JSON_TYPE, PIECES, plain, refusal, tool, USAGE, whole, type Quirks } from './quirk.ts';

const content = (...texts: string[]) => [...texts.map((text) => chunk({ content: text })), chunk({}, 'stop')];
const lines = (list: readonly unknown[]) => list.map((one) => JSON.stringify(one)).join('\n');
const wholeJson = {
  id: 'c1',
  object: 'chat.completion',
  choices: [{ index: 0, message: { role: 'assistant', content: PIECES.join('') }, finish_reason: 'stop' }],
  usage: USAGE,
};

/** Quirks of further servers, with the server's name where one is known for it. */
export const FURTHER_QUIRKS: Quirks = {
  // Framing.
  'cr-only': () => ({ raw: events(whole, { nl: '\r' }) }),
  crlf: () => ({ raw: events(whole, { nl: '\r\n' }) }),
  'comments-between': () => ({
    raw: `: OPENROUTER PROCESSING\n\n${events(plain, { done: false })}: keep-alive\n\n${events([chunk({}, 'stop')])}`,
  }),
  'word-as-data': () => ({ raw: `data: ping\n\n${events(whole)}` }),
  'prefix-twice': () => ({ raw: whole.map((one) => `data: data: ${JSON.stringify(one)}\n\n`).join('') + 'data: data: [DONE]\n\n' }),
  'json-lines': () => ({ raw: lines(whole), headers: { 'content-type': 'application/x-ndjson' } }),
  'json-pretty': () => ({ raw: JSON.stringify(wholeJson, null, 2), headers: JSON_TYPE }),
  'json-as-event-stream': () => ({ raw: JSON.stringify(wholeJson) }),
  'json-in-one-event': () => [wholeJson],
  'ollama-native': () => ({
    raw: lines([
      ...PIECES.map((text) => ({ model: 'quirk', message: { role: 'assistant', content: text }, done: false })),
      { message: { role: 'assistant', content: '' }, done: true, done_reason: 'stop' },
    ]),
    headers: { 'content-type': 'application/x-ndjson' },
  }),
  'choice-without-list': () => [...PIECES.map((text) => ({ choices: { index: 0, delta: { content: text } } })), chunk({}, 'stop')],
  'whole-message-last': () => [
    ...plain,
    { choices: [{ index: 0, message: { role: 'assistant', content: PIECES.join('') }, finish_reason: 'stop' }] },
  ],
  'content-object': () => [...PIECES.map((text) => chunk({ content: { type: 'text', text } })), chunk({}, 'stop')],
  // Ends.
  'finish-end_turn': () => [...plain, chunk({}, 'end_turn')],
  'finish-eos': () => [...plain, chunk({}, 'eos')],
  'finish-COMPLETE': () => [...plain, chunk({}, 'COMPLETE')],
  'finish-model_length': () => [...plain, chunk({}, 'model_length')],
  'finish-MAX_TOKENS': () => [...plain, chunk({}, 'MAX_TOKENS')],
  'finish-gemini-filter': () => [...plain.slice(0, 1), chunk({}, 'content_filter: PROHIBITED_CONTENT')],
  'finish-refusal': () => [...plain.slice(0, 1), chunk({}, 'refusal')],
  'finish-deepseek-busy': () => [...plain.slice(0, 2), chunk({}, 'insufficient_system_resource')],
  'finish-malformed-call': () => [...plain.slice(0, 1), chunk({}, 'MALFORMED_FUNCTION_CALL')],
  'finish-new-word': () => [...plain.slice(0, 2), chunk({}, 'elicitation_pending')],
  'cut-without-done': () => ({ raw: events(plain.slice(0, 2), { done: false }) }),
  // Reasoning.
  'reasoning-field': () => [chunk({ reasoning: 'secret ' }), chunk({ reasoning: 'thinking' }), ...whole],
  'reasoning-twice': () => [chunk({ reasoning: 'secret thinking', reasoning_content: 'secret thinking' }), ...whole],
  reasoning_details: () => [
    chunk({
      content: '',
      reasoning_details: [
        { type: 'reasoning.text', text: 'secret thinking' },
        { type: 'reasoning.encrypted', data: 'xyz' },
      ],
    }),
    ...whole,
  ],
  'mistral-thinking': () => [
    chunk({ content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'secret thinking' }] }] }),
    chunk({ content: [{ type: 'text', text: PIECES.join('') }] }),
    chunk({}, 'stop'),
  ],
  'anthropic-blocks': () => [chunk({ thinking_blocks: [{ type: 'thinking', thinking: 'secret thinking', signature: 's' }] }), ...whole],
  'json-reasoning': () => ({
    raw: JSON.stringify({
      ...wholeJson,
      choices: [
        {
          index: 0,
          message: { role: 'assistant', reasoning_content: 'secret thinking', content: `\n\n${PIECES.join('')}` },
          finish_reason: 'stop',
        },
      ],
    }),
    headers: JSON_TYPE,
  }),
  'think-attributes': () => content('<think duration="3" type="deep">secret thinking</think>The answer is fine.'),
  'thinking-tag': () => content('\n<thinking>secret', ' thinking</thinking>\n\nThe answer is fine.'),
  'reasoning-tag-upper': () => content('<Reasoning>secret thinking</Reasoning>The answer is fine.'),
  'think-mistral-raw': () => content('[THINK]secret thinking[/THINK]The answer is fine.'),
  'think-harmony': () =>
    content('<|channel|>analysis<|message|>secret thinking<|end|><|start|>assistant<|channel|>final<|message|>The answer is fine.'),
  'think-every-character': () => content(...'<think>secret thinking</think>The answer is fine.'),
  'think-no-open-glued': () => content('secret ', 'thinking</think>', 'The answer is fine.'),
  'think-empty': () => content('<think>\n\n</think>\n\nThe answer is fine.'),
  'think-with-quoted-close': () => content('<think>it ends with `</think>` secret thinking</think>The answer is fine.'),
  'think-in-code': () => content('`<think>` opens, ', 'and `</think>` closes.'),
  'think-in-fence': () => content('```html\n<think>\nx\n</think>\n```\nThat is the form.'),
  'think-in-prose': () => content('Models write <think> before and </think> after they think.'),
  'think-close-in-prose': () => content('The tag </think> ends it.'),
  'angle-at-start': () => content('<', 'b>bold</b> it is'),
  // Refusals of options.
  'no-stream': ({ body }) =>
    body['stream']
      ? refusal(400, { error: { message: 'Streaming is not supported for this model.', param: 'stream' } })
      : { raw: JSON.stringify(wholeJson), headers: JSON_TYPE },
  'no-tools-llamacpp': ({ body }) =>
    'tools' in body ? refusal(500, { error: { code: 500, message: 'tools param requires --jinja flag', type: 'server_error' } }) : whole,
  'no-tools-together': ({ body }) =>
    'tools' in body
      ? refusal(422, { error: { message: 'Function calling is not supported on this model', type: 'invalid_request_error' } })
      : whole,
  'no-options-named': ({ body }) => ('stream_options' in body ? refusal(422, { detail: 'Unprocessable' }) : whole),
  'no-options-several': ({ body }) =>
    'stream_options' in body || 'temperature' in body
      ? refusal(422, {
          detail: [
            { loc: ['body', 'stream_options'], msg: 'Extra inputs are not permitted' },
            { loc: ['body', 'temperature'], msg: 'Extra inputs are not permitted' },
          ],
        })
      : whole,
  'no-schema-keywords': ({ body }) =>
    JSON.stringify(body['tools'] ?? '').includes('additionalProperties')
      ? refusal(400, [
          {
            error: {
              code: 400,
              message:
                'Invalid JSON payload received. Unknown name "additionalProperties" at \'tools[0].function_declarations[0].parameters\'',
              status: 'INVALID_ARGUMENT',
            },
          },
        ])
      : tool(call(0, 'call_a', 'calculate', EXPRESSION)),
  'no-system-template': ({ body }) =>
    body['messages'].some((one: any) => one.role === 'system')
      ? refusal(400, { object: 'error', message: 'System role not supported', type: 'BadRequestError', code: 400 })
      : whole,
  'needs-max_tokens': ({ body }) =>
    'max_tokens' in body
      ? whole
      : refusal(400, { type: 'error', error: { type: 'invalid_request_error', message: 'max_tokens: Field required' } }),
  'needs-max_completion_tokens': ({ body }) =>
    'max_completion_tokens' in body
      ? whole
      : 'max_tokens' in body
        ? refusal(400, { error: { message: "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead." } })
        : refusal(400, { error: { message: 'max_tokens is required' } }),
  // Failures.
  'error-cohere': () => refusal(400, { message: 'invalid request: too many tokens: size limit exceeded by 40 tokens' }),
  'error-azure-filter': () =>
    refusal(400, {
      error: { message: 'The response was filtered', code: 'content_filter', innererror: { code: 'ResponsibleAIPolicyViolation' } },
    }),
  'error-anthropic-event': () => ({
    raw: `${events(plain.slice(0, 2), { done: false })}event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n`,
  }),
  'error-ollama-string': () => refusal(404, { error: "model 'quirk' not found, try pulling it first" }),
  'error-openrouter-raw': () =>
    refusal(400, {
      error: {
        message: 'Provider returned error',
        code: 400,
        metadata: { raw: '{"error":{"message":"This endpoint\'s maximum context length is 4096 tokens"}}' },
      },
    }),
  'error-plain-500': () => ({ status: 500, raw: 'Internal Server Error', headers: { 'content-type': 'text/plain' } }),
  'error-html-502': () => ({
    status: 502,
    raw: '<html><head><title>502 Bad Gateway</title></head></html>',
    headers: { 'content-type': 'text/html' },
  }),
  'error-404-page': () => ({ status: 404, raw: '404 page not found', headers: { 'content-type': 'text/plain' } }),
  'error-gemini-quota': () =>
    refusal(429, [
      { error: { code: 429, message: 'You exceeded your current quota. Please retry in 34.2s.', status: 'RESOURCE_EXHAUSTED' } },
    ]),
  'error-detail-429-in-stream': () => [{ detail: 'Too many requests' }],
  'error-key-repeated': () => refusal(401, { error: { message: 'Incorrect API key provided: sk-secret1234567890.' } }),
  // Tool calls.
  't-kimi-name': () => tool(call(0, 'functions.calculate:0', 'functions.calculate:0', EXPRESSION)),
  't-harmony-name': () => tool(call(0, 'call_a', 'calculate<|channel|>commentary', EXPRESSION)),
  't-name-case': () => tool(call(0, 'call_a', 'Calculate', EXPRESSION)),
  't-name-unknown': () => tool(call(0, 'call_a', 'launch the rocket!', '{}')),
  't-args-trailing-comma': () => tool(call(0, 'call_a', 'calculate', '{"expression":"6*7",}')),
  't-args-list': () => tool(call(0, 'call_a', 'calculate', '[{"expression":"6*7"}]')),
  't-args-glued': () => tool(call(0, 'call_a', 'calculate', `${EXPRESSION}{"expression":"5*5"}`)),
  't-args-cut': () => tool(call(0, 'call_a', 'calculate', '{"expression":"6*')),
  't-args-cumulative-id': () => tool(call(0, 'call_a', 'calculate', EXPRESSION), call(0, 'call_a', 'calculate', EXPRESSION)),
  't-top-level': () => tool({ index: 0, id: 'call_a', name: 'calculate', arguments: EXPRESSION }),
  't-parameters': () => tool({ index: 0, id: 'call_a', function: { name: 'calculate', parameters: { expression: '6*7' } } }),
  't-signature-id': () => tool(call(0, `call_a__thought__${'s'.repeat(4_000)}`, 'calculate', EXPRESSION)),
  't-signature-field': () =>
    tool({
      index: 0,
      id: 'call_a',
      type: 'function',
      extra_content: { google: { thought_signature: 'sig' } },
      function: { name: 'calculate', arguments: EXPRESSION },
    }),
  't-reasoning-first': () => [chunk({ reasoning_content: 'secret thinking' }), ...tool(call(0, 'call_a', 'calculate', EXPRESSION))],
};
