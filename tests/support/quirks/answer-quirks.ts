import { ANSWER, EXPRESSION, JSON_TYPE, PIECES, USAGE, call, chunk, events, plain, type Quirks } from './quirk.ts';

/** Framing, endings and content of answers. */
export const ANSWER_QUIRKS: Quirks = {
  cite: () => [chunk({ content: 'High water is at noon [1]. ' }), chunk({}, 'stop')],
  money: () => [chunk({ content: 'It costs $5 in Arden and $10 in Bexley, so US$ 680 **in all** (R$ 12,29).' }), chunk({}, 'stop')],
  fence: () => [chunk({ content: 'Here:\n\n```js\nconst a = 1;\nif (a < 2) {\n  b();\n}' }), chunk({}, 'stop')],
  tilde: () => [chunk({ content: 'It takes 5~10 days or 20~30 days, about ~3 km.' }), chunk({}, 'stop')],
  rtl: () => [chunk({ content: 'مرحبا، هذا نص **عربي** مع `code` و 123.\n\n- بند واحد\n- بند اثنان' }), chunk({}, 'stop')],
  latex: () => [chunk({ content: 'Euler: $e^{i\\pi}+1=0$ and \\(a^2\\) and \\[ b^2 \\] and $$c^2$$' }), chunk({}, 'stop')],
  'md-table': () => [
    chunk({
      content:
        '| a | b |\n|---|---|\n| `x|y` | 2 |\n\n1. one\n   - in\n2. two\n\n[link](https://example.org) <https://example.org> https://example.org/a_b_c',
    }),
    chunk({}, 'stop'),
  ],
  'html-tags': () => [chunk({ content: 'Use <div class="a">text</div> and <T> generics List<String> and <br> here.' }), chunk({}, 'stop')],
  'cite-cjk': () => [chunk({ content: 'High water is at noon\u30101\u3011.' }), chunk({}, 'stop')],
  'cite-fullwidth': () => [chunk({ content: 'High water is at noon \uff3b1\uff3d.' }), chunk({}, 'stop')],
  'cite-range': () => [chunk({ content: 'High water is at noon [1-1].' }), chunk({}, 'stop')],
  'cite-in-math': () => [chunk({ content: 'An array a[1] holds `x`; no source here.' }), chunk({}, 'stop')],
  'cite-split': () => [
    chunk({ content: 'High water is at noon [' }),
    chunk({ content: '1' }),
    chunk({ content: ']. ' }),
    chunk({}, 'stop'),
  ],
  plain: () => [...plain, chunk({}, 'stop')],
  'usage-empty-choices': () => [...plain, chunk({}, 'stop'), { id: 'c1', object: 'chat.completion.chunk', choices: [], usage: USAGE }],
  'usage-null-choices': () => [...plain, chunk({}, 'stop'), { id: 'c1', choices: null, usage: USAGE }],
  'usage-every-chunk': () => [
    ...PIECES.map((t, i) => chunk({ content: t }, null, { usage: { prompt_tokens: 11, completion_tokens: i + 1, total_tokens: 12 + i } })),
    chunk({}, 'stop', { usage: USAGE }),
  ],
  'empty-choices-middle': () => [...plain.slice(0, 2), { id: 'c1', choices: [] }, ...plain.slice(2), chunk({}, 'stop')],
  'null-content-role-first': () => [chunk({ role: 'assistant', content: null }), ...plain, chunk({ content: null }, 'stop')],
  'delta-missing': () => [...plain, { id: 'c1', choices: [{ index: 0, finish_reason: 'stop' }] }],
  'message-instead-of-delta': () => [
    ...PIECES.map((t) => ({ id: 'c1', choices: [{ index: 0, message: { role: 'assistant', content: t }, finish_reason: null }] })),
    { id: 'c1', choices: [{ index: 0, message: {}, finish_reason: 'stop' }] },
  ],
  'content-parts-array': () => [...PIECES.map((t) => chunk({ content: [{ type: 'text', text: t }] })), chunk({}, 'stop')],
  'finish-empty-string': () => [...PIECES.map((t) => chunk({ content: t }, '')), chunk({}, 'stop')],
  'finish-in-text-chunk': () => [...plain.slice(0, 3), chunk({ content: 'fine.' }, 'stop')],
  'finish-early-then-text': () => [...plain.slice(0, 2), chunk({}, 'stop'), ...plain.slice(2)],
  'finish-missing-done': () => plain,
  'no-done': () => ({ raw: events([...plain, chunk({}, 'stop')], { done: false }) }),
  'finish-unknown': () => [...plain, chunk({}, 'unknown')],
  'finish-length': () => [...plain, chunk({}, 'length')],
  'finish-max_tokens': () => [...plain, chunk({}, 'max_tokens')],
  'finish-content_filter': () => [...plain, chunk({}, 'content_filter')],
  'finish-error': () => [...plain.slice(0, 2), chunk({}, 'error')],
  'finish-abort': () => [...plain.slice(0, 2), chunk({}, 'abort')],
  'finish-upper-STOP': () => [...plain, chunk({}, 'STOP')],
  'finish-SAFETY': () => [...plain.slice(0, 1), chunk({}, 'SAFETY')],
  'no-space': () => ({ raw: events([...plain, chunk({}, 'stop')], { sp: '' }) }),
  'event-ping': () => ({
    raw:
      'event: ping\ndata: {}\n\n' + events(plain, { done: false }) + 'event: ping\ndata: {"type":"ping"}\n\n' + events([chunk({}, 'stop')]),
  }),
  'ping-empty-data': () => ({ raw: events(plain, { done: false }) + 'data:\n\n' + 'data: \n\n' + events([chunk({}, 'stop')]) }),
  bom: () => ({ raw: '\ufeff' + events([...plain, chunk({}, 'stop')]) }),
  'single-newline': () => ({ raw: [...plain, chunk({}, 'stop')].map((c) => `data: ${JSON.stringify(c)}\n`).join('') + 'data: [DONE]\n' }),
  'last-without-blank': () => ({ raw: events([...plain, chunk({}, 'stop')], { done: false }).replace(/\n\n$/, '') }),
  'done-lower-space': () => ({ raw: events([...plain, chunk({}, 'stop')], { done: false }) + 'data: [DONE] \n\n' }),
  'utf8-split': () => {
    const b = Buffer.from(events([chunk({ content: '日本語 😀 é ' }), ...plain, chunk({}, 'stop')]));
    return { chunks: [...b].map((_, i) => b.subarray(i, i + 1)), raw: null };
  },
  'surrogate-split': () => [chunk({ content: 'Hi \ud83d' }), chunk({ content: '\ude00 ' }), ...plain, chunk({}, 'stop')],
  'type-missing': () => ({ raw: events([...plain, chunk({}, 'stop')]), headers: { 'content-type': null } }),
  'type-octet': () => ({ raw: events([...plain, chunk({}, 'stop')]), headers: { 'content-type': 'application/octet-stream' } }),
  'type-text-plain': () => ({ raw: events([...plain, chunk({}, 'stop')]), headers: { 'content-type': 'text/plain; charset=utf-8' } }),
  'type-x-ndjson': () => ({ raw: events([...plain, chunk({}, 'stop')]), headers: { 'content-type': 'application/x-ndjson' } }),
  'json-not-stream': () => ({
    raw: JSON.stringify({
      id: 'c1',
      object: 'chat.completion',
      choices: [{ index: 0, message: { role: 'assistant', content: ANSWER }, finish_reason: 'stop' }],
      usage: USAGE,
    }),
    headers: JSON_TYPE,
  }),
  'json-not-stream-tool': () => ({
    raw: JSON.stringify({
      id: 'c1',
      object: 'chat.completion',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: null, tool_calls: [call(undefined, 'call_a', 'calculate', EXPRESSION)] },
          finish_reason: 'tool_calls',
        },
      ],
      usage: USAGE,
    }),
    headers: JSON_TYPE,
  }),
  reasoning_content: () => [
    chunk({ reasoning_content: 'secret thinking', content: null }),
    chunk({ reasoning_content: ' more' }),
    ...plain,
    chunk({}, 'stop'),
  ],
  'reasoning-only-then-length': () => [chunk({ reasoning_content: 'secret thinking' }), chunk({}, 'length')],
  'reasoning-only-stop': () => [chunk({ reasoning_content: 'secret thinking' }), chunk({}, 'stop')],
  'think-tags': () => [
    chunk({ content: '<think>' }),
    chunk({ content: 'secret thinking with a [1] mark' }),
    chunk({ content: '</think>\n\n' }),
    ...plain,
    chunk({}, 'stop'),
  ],
  'think-tags-split': () => [
    chunk({ content: '<th' }),
    chunk({ content: 'ink>\nsecret thinking\n</thi' }),
    chunk({ content: 'nk>' }),
    ...plain,
    chunk({}, 'stop'),
  ],
  'think-no-open': () => [chunk({ content: 'secret thinking\n</think>\n\n' }), ...plain, chunk({}, 'stop')],
  'think-unclosed': () => [chunk({ content: '<think>secret thinking that never ends' }), chunk({}, 'length')],
  'empty-answer': () => [chunk({ role: 'assistant', content: '' }), chunk({}, 'stop')],
  'whitespace-answer': () => [chunk({ content: '\n\n  ' }), chunk({}, 'stop')],
  refusal: () => [chunk({ refusal: 'I cannot help with that.' }), chunk({}, 'stop')],
  'second-choice': () => [
    ...plain,
    { id: 'c1', choices: [{ index: 1, delta: { content: 'OTHER' }, finish_reason: null }] },
    chunk({}, 'stop'),
  ],
  'n2-interleaved': () =>
    PIECES.flatMap((t) => [
      { id: 'c1', choices: [{ index: 1, delta: { content: 'OTHER' }, finish_reason: null }] },
      chunk({ content: t }),
    ]).concat([{ id: 'c1', choices: [{ index: 1, delta: {}, finish_reason: 'stop' }] }, chunk({}, 'stop')]),
  'text-completion-field': () => [
    ...PIECES.map((t) => ({ id: 'c1', choices: [{ index: 0, text: t, finish_reason: null }] })),
    { id: 'c1', choices: [{ index: 0, text: '', finish_reason: 'stop' }] },
  ],
};
