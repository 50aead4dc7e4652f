import { formulaAt } from './formula.ts';

const CJK = '\\u1100-\\u11ff\\u2e80-\\u9fff\\ua960-\\ua97f\\uac00-\\ud7ff\\uf900-\\ufaff\\ufe30-\\ufe4f\\uff00-\\uffef';
const ENDS_BEFORE_CJK = new RegExp(`(?![*_])[\\p{P}\\p{S}](?=\\*+[${CJK}])`, 'gu');
const ENDS_WITH_CJK = new RegExp(`[\\u3000-\\u303f\\uff00-\\uff65](?=\\*+[^\\s\\p{P}])`, 'gu');
const IS_CJK = new RegExp(`[${CJK}]$`);

/** CommonMark requires a space or punctuation outside of `**`; Chinese, Japanese and Korean have none between words. */
export function opensAfter(before: string): string {
  return IS_CJK.test(before) ? '' : before;
}

/** Masks a text for the search of closing emphasis: same length, without characters that hide or resemble a closing mark. */
export function emphasisMask(text: string): string {
  const letters = (marks: string) => 'a'.repeat(marks.length);
  return withoutFormulas(text).replace(ENDS_BEFORE_CJK, letters).replace(ENDS_WITH_CJK, letters);
}

function withoutFormulas(text: string): string {
  if (!/\$|\\[([]/.test(text)) return text;
  const parts: string[] = [];
  let from = 0;
  for (const { index } of text.matchAll(/\$|\\[([]/g)) {
    if (index < from) continue;
    const formula = formulaAt(text.slice(index));
    if (!formula) continue;
    parts.push(text.slice(from, index), 'a'.repeat(formula.raw.length));
    from = index + formula.raw.length;
  }
  return parts.join('') + text.slice(from);
}
