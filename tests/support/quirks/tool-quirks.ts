import { EXPRESSION, call, chunk, plain, tool, type Quirks } from './quirk.ts';

/** Forms in which servers send tool calls. */
export const TOOL_QUIRKS: Quirks = {
  't-plain': () => tool(call(0, 'call_a', 'calculate', ''), call(0, undefined, undefined, EXPRESSION)),
  't-args-char-by-char': () => tool(call(0, 'call_a', 'calculate', ''), ...[...EXPRESSION].map((ch) => call(0, undefined, undefined, ch))),
  't-args-object': () => tool(call(0, 'call_a', 'calculate', { expression: '6*7' })),
  't-args-null-first': () =>
    tool(
      { index: 0, id: 'call_a', type: 'function', function: { name: 'calculate', arguments: null } },
      call(0, undefined, undefined, EXPRESSION),
    ),
  't-no-index-split': () =>
    tool(
      call(undefined, 'call_a', 'calculate', ''),
      call(undefined, undefined, undefined, '{"expression":'),
      call(undefined, undefined, undefined, '"6*7"}'),
    ),
  't-no-index-two': () =>
    tool(call(undefined, 'call_a', 'calculate', EXPRESSION), call(undefined, 'call_b', 'calculate', '{"expression":"5*5"}')),
  't-no-index-two-one-chunk': () =>
    tool([call(undefined, 'call_a', 'calculate', EXPRESSION), call(undefined, 'call_b', 'calculate', '{"expression":"5*5"}')]),
  't-index0-two': () => tool(call(0, 'call_a', 'calculate', EXPRESSION), call(0, 'call_b', 'calculate', '{"expression":"5*5"}')),
  't-index0-two-noid': () => tool(call(0, undefined, 'calculate', EXPRESSION), call(0, undefined, 'calculate', '{"expression":"5*5"}')),
  't-no-id': () => tool(call(0, undefined, 'calculate', EXPRESSION)),
  't-no-id-no-index-two': () =>
    tool([call(undefined, undefined, 'calculate', EXPRESSION), call(undefined, undefined, 'calculate', '{"expression":"5*5"}')]),
  't-same-id-two': () => tool(call(0, 'call_a', 'calculate', EXPRESSION), call(1, 'call_a', 'calculate', '{"expression":"5*5"}')),
  't-id-repeated-each': () =>
    tool(call(0, 'call_a', 'calculate', ''), call(0, 'call_a', 'calculate', '{"expression":'), call(0, 'call_a', 'calculate', '"6*7"}')),
  't-id-repeated-no-index': () =>
    tool(call(undefined, 'call_a', 'calculate', '{"expression":'), call(undefined, 'call_a', undefined, '"6*7"}')),
  't-id-differs-each': () =>
    tool(
      call(0, 'chatcmpl-tool-1', 'calculate', ''),
      call(0, 'chatcmpl-tool-2', undefined, '{"expression":'),
      call(0, 'chatcmpl-tool-3', undefined, '"6*7"}'),
    ),
  't-name-split': () => tool(call(0, 'call_a', 'calc', ''), call(0, undefined, 'ulate', EXPRESSION)),
  't-name-empty-later': () => tool(call(0, 'call_a', 'calculate', ''), call(0, '', '', EXPRESSION)),
  't-name-null-later': () =>
    tool(call(0, 'call_a', 'calculate', ''), { index: 0, id: null, type: null, function: { name: null, arguments: EXPRESSION } }),
  't-parallel-interleaved': () =>
    tool(
      call(0, 'call_a', 'calculate', ''),
      call(1, 'call_b', 'calculate', ''),
      call(0, undefined, undefined, '{"expression":'),
      call(1, undefined, undefined, '{"expression":'),
      call(0, undefined, undefined, '"6*7"}'),
      call(1, undefined, undefined, '"5*5"}'),
    ),
  't-index-gap': () => tool(call(0, 'call_a', 'calculate', EXPRESSION), call(5, 'call_b', 'calculate', '{"expression":"5*5"}')),
  't-index-string': () =>
    tool(
      { ...call(undefined, 'call_a', 'calculate', '{"expression":'), index: '0' },
      { ...call(undefined, undefined, undefined, '"6*7"}'), index: '0' },
    ),
  't-index-null': () =>
    tool(
      { ...call(undefined, 'call_a', 'calculate', '{"expression":'), index: null },
      { ...call(undefined, undefined, undefined, '"6*7"}'), index: null },
    ),
  't-finish-stop': () => [chunk({ tool_calls: [call(0, 'call_a', 'calculate', EXPRESSION)] }), chunk({}, 'stop')],
  't-finish-missing': () => [chunk({ tool_calls: [call(0, 'call_a', 'calculate', EXPRESSION)] })],
  't-finish-same-chunk': () => [chunk({ tool_calls: [call(0, 'call_a', 'calculate', EXPRESSION)] }, 'tool_calls')],
  't-legacy-function_call': () => [
    chunk({ function_call: { name: 'calculate', arguments: '' } }),
    chunk({ function_call: { arguments: EXPRESSION } }),
    chunk({}, 'function_call'),
  ],
  't-empty-tool_calls': () => [
    chunk({ content: 'The ', tool_calls: [] }),
    chunk({ content: 'answer is fine.', tool_calls: null }),
    chunk({}, 'stop'),
  ],
  't-finish-tool_calls-no-calls': () => [...plain, chunk({}, 'tool_calls')],
  't-text-and-tool': () => [chunk({ content: 'Let me see. ' }), ...tool(call(0, 'call_a', 'calculate', EXPRESSION))],
  't-args-double-encoded': () => tool(call(0, 'call_a', 'calculate', JSON.stringify(EXPRESSION))),
  't-args-fenced': () => tool(call(0, 'call_a', 'calculate', '```json\n' + EXPRESSION + '\n```')),
  't-args-python': () => tool(call(0, 'call_a', 'calculate', "{'expression': '6*7'}")),
  't-args-doubled': () => tool(call(0, 'call_a', 'calculate', EXPRESSION + EXPRESSION)),
  't-args-empty-object-then-real': () => tool(call(0, 'call_a', 'calculate', '{}'), call(0, undefined, undefined, EXPRESSION)),
  't-name-prefixed': () => tool(call(0, 'call_a', 'functions.calculate', EXPRESSION)),
  't-name-missing': () => tool(call(0, 'call_a', undefined, EXPRESSION)),
  't-in-message': () => [
    {
      id: 'c1',
      choices: [
        {
          index: 0,
          delta: { role: 'assistant', content: '', tool_calls: [call(undefined, 'call_a', 'calculate', EXPRESSION)] },
          finish_reason: 'tool_calls',
        },
      ],
    },
  ],
  't-long-id': () => tool(call(0, 'call_' + 'x'.repeat(300), 'calculate', EXPRESSION)),
  't-21-calls': () => tool(...Array.from({ length: 21 }, (_, i) => call(i, 'call_' + i, 'calculate', EXPRESSION))),
};
