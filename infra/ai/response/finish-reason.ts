import { Failure } from '../../../schema/errors.ts';
import { ProviderError } from '../provider-error.ts';

const GOOD = new Set([
  ...[
    'stop',
    'end',
    'eos',
    'eos_token',
    'end_turn',
    'end_of_turn',
    'stop_sequence',
    'stop_token',
    'complete',
    'completed',
    'finish',
    'finished',
  ],
  ...['done', 'success', 'tool_calls', 'tool_call', 'tool_use', 'function_call', 'function_calls'],
  // Finish reasons that gateways send if the model's server gave none.
  ...['unknown', 'none', 'null', 'finish_reason_unspecified'],
]);

const CUT =
  /^(length|max_(completion_|output_|new_)?tokens|model_length|max_length|token_limit|model_context_window_exceeded|context_length(_exceeded)?)$/;

const WITHHELD =
  /content_?filter|safety|recitation|prohibited|blocklist|spii|guardrail|moderation|sensitive|^(refusal|blocked|flagged|language)$/;

/** Returns true if the answer was truncated at a limit. */
export function isCut(reason: string): boolean {
  return CUT.test(wordOf(reason));
}

/** Throws for every reason that is not known to be regular, because an unknown one may mean an incomplete answer. */
export function requireGoodEnd(reason: string): void {
  const word = wordOf(reason);
  if (GOOD.has(word) || CUT.test(word)) return;
  const cause = new ProviderError({ sentence: `The answer ended with the reason "${reason.slice(0, 100)}".`, words: '' });
  if (/malformed|invalid_(function|tool)|unexpected_tool/.test(word))
    throw new Failure(
      'PROVIDER_BAD_RESPONSE',
      { reason: 'The model called a tool in a way that cannot be read. Regenerate the answer.' },
      { cause },
    );
  if (WITHHELD.test(word)) throw new Failure('PROVIDER_CONTENT_FILTERED', {}, { cause });
  if (/error|abort|cancel|fail|insufficient|overload|network|timeout|interrupt/.test(word))
    throw new Failure('PROVIDER_UNAVAILABLE', { reason: 'The model provider aborted the answer. Regenerate it.' }, { cause });
  throw new Failure(
    'PROVIDER_BAD_RESPONSE',
    { reason: 'The model provider ended the answer for an unknown reason. Regenerate it.' },
    { cause },
  );
}

function wordOf(reason: string): string {
  return reason
    .trim()
    .replace(/^.*FinishReason\./i, '')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[\s-]+/g, '_');
}
