import type { ErrorCode } from '../../../schema/errors.ts';

/** The outcome that a person must get with a quirk. Absent: the plain answer, complete, without reasoning and calls. */
export interface Outcome {
  text?: string;
  reasoning?: string;
  isTruncated?: boolean;
  fails?: ErrorCode;
  /** Arguments of the successful calls of `calculate`, in order. */
  calls?: string[];
}

const SECRET = 'secret thinking';
const truncated: Outcome = { isTruncated: true };
const thought: Outcome = { reasoning: SECRET };
const one: Outcome = { calls: ['6*7'] };
const two: Outcome = { calls: ['6*7', '5*5'] };

function fails(code: ErrorCode, text = '', more: Outcome = {}): Outcome {
  return { fails: code, text, ...more };
}

function all(names: string, outcome: Outcome): Record<string, Outcome> {
  return Object.fromEntries(names.split(' ').map((name) => [name, outcome]));
}

export const OUTCOMES: Record<string, Outcome> = {
  // Texts that stay as the model wrote them.
  cite: { text: 'High water is at noon [1]. ' },
  'cite-split': { text: 'High water is at noon [1]. ' },
  'cite-cjk': { text: 'High water is at noon\u30101\u3011.' },
  'cite-fullwidth': { text: 'High water is at noon \uff3b1\uff3d.' },
  'cite-range': { text: 'High water is at noon [1-1].' },
  'cite-in-math': { text: 'An array a[1] holds `x`; no source here.' },
  money: { text: 'It costs $5 in Arden and $10 in Bexley, so US$ 680 **in all** (R$ 12,29).' },
  fence: { text: 'Here:\n\n```js\nconst a = 1;\nif (a < 2) {\n  b();\n}' },
  tilde: { text: 'It takes 5~10 days or 20~30 days, about ~3 km.' },
  rtl: { text: 'مرحبا، هذا نص **عربي** مع `code` و 123.\n\n- بند واحد\n- بند اثنان' },
  latex: { text: 'Euler: $e^{i\\pi}+1=0$ and \\(a^2\\) and \\[ b^2 \\] and $$c^2$$' },
  'html-tags': { text: 'Use <div class="a">text</div> and <T> generics List<String> and <br> here.' },
  'md-table': {
    text: '| a | b |\n|---|---|\n| `x|y` | 2 |\n\n1. one\n   - in\n2. two\n\n[link](https://example.org) <https://example.org> https://example.org/a_b_c',
  },
  'utf8-split': { text: '日本語 😀 é The answer is fine.' },
  'surrogate-split': { text: 'Hi 😀 The answer is fine.' },
  refusal: { text: 'I cannot help with that.' },
  // Ends.
  ...all('finish-length finish-max_tokens finish-model_length finish-MAX_TOKENS', truncated),
  ...all('finish-error finish-abort finish-deepseek-busy', fails('PROVIDER_UNAVAILABLE', 'The answer ')),
  ...all('error-choice-level error-event-name error-anthropic-event', fails('PROVIDER_UNAVAILABLE', 'The answer ')),
  ...all('finish-SAFETY finish-gemini-filter finish-refusal', fails('PROVIDER_CONTENT_FILTERED', 'The ')),
  'finish-content_filter': fails('PROVIDER_CONTENT_FILTERED', 'The answer is fine.'),
  'finish-malformed-call': fails('PROVIDER_BAD_RESPONSE', 'The '),
  ...all('finish-new-word cut-without-done', fails('PROVIDER_BAD_RESPONSE', 'The answer ')),
  'empty-answer': fails('PROVIDER_EMPTY_ANSWER'),
  'whitespace-answer': fails('PROVIDER_EMPTY_ANSWER', '\n\n  '),
  // Reasoning.
  reasoning_content: { reasoning: `${SECRET} more` },
  ...all('reasoning-field reasoning-twice reasoning_details mistral-thinking anthropic-blocks json-reasoning', thought),
  ...all('think-attributes thinking-tag reasoning-tag-upper think-mistral-raw think-harmony', thought),
  ...all('think-every-character think-no-open-glued', thought),
  'think-tags': { reasoning: `${SECRET} with a [1] mark` },
  ...all('think-tags-split think-no-open', { reasoning: `${SECRET}\n` }),
  'think-with-quoted-close': { reasoning: `it ends with \`</think>\` ${SECRET}` },
  ...all('reasoning-only-then-length reasoning-only-stop', fails('PROVIDER_EMPTY_ANSWER', '', thought)),
  'think-unclosed': fails('PROVIDER_EMPTY_ANSWER', '', { reasoning: `${SECRET} that never ends` }),
  'think-in-code': { text: '`<think>` opens, and `</think>` closes.' },
  'think-in-fence': { text: '```html\n<think>\nx\n</think>\n```\nThat is the form.' },
  'think-in-prose': { text: 'Models write <think> before and </think> after they think.' },
  'think-close-in-prose': { text: 'The tag </think> ends it.' },
  'angle-at-start': { text: '<b>bold</b> it is' },
  // Failures.
  ...all('json-error-200 error-ollama-string', fails('MODEL_NOT_FOUND')),
  ...all('html-200 error-404-page', fails('PROVIDER_BAD_RESPONSE')),
  ...all('error-first-in-stream error-gemini-quota error-detail-429-in-stream', fails('PROVIDER_RATE_LIMITED')),
  ...all('error-object-object error-plain-500 error-html-502', fails('PROVIDER_UNAVAILABLE')),
  ...all('error-array-body error-key-repeated', fails('PROVIDER_REFUSED')),
  ...all('error-detail-body error-message-top 413-too-large error-cohere error-openrouter-raw', fails('CONTEXT_TOO_LONG')),
  'error-azure-filter': fails('PROVIDER_CONTENT_FILTERED'),
  // Tool calls.
  ...all('json-not-stream-tool t-plain t-args-char-by-char t-args-object t-args-null-first t-no-index-split t-no-id', one),
  ...all('t-id-repeated-each t-id-repeated-no-index t-id-differs-each t-name-split t-name-empty-later t-name-null-later', one),
  ...all('t-index-string t-index-null t-finish-stop t-finish-missing t-finish-same-chunk t-legacy-function_call', one),
  ...all('t-args-double-encoded t-args-fenced t-args-python t-args-doubled t-args-empty-object-then-real', one),
  ...all('t-name-prefixed t-name-missing t-in-message t-long-id t-kimi-name t-harmony-name t-name-case', one),
  ...all('t-args-trailing-comma t-args-list t-args-cumulative-id t-top-level t-parameters', one),
  ...all('t-signature-id t-signature-field no-schema-keywords t-text-and-tool', one),
  't-reasoning-first': { ...one, ...thought },
  ...all('t-no-index-two t-no-index-two-one-chunk t-index0-two t-index0-two-noid t-no-id-no-index-two t-same-id-two', two),
  ...all('t-parallel-interleaved t-index-gap t-args-glued', two),
  't-21-calls': { calls: Array.from({ length: 21 }, () => '6*7') },
  ...all('t-name-unknown t-args-cut', { calls: [] }),
};
