const POLITE =
  /^(please|can you|could you|would you|calculate|compute|work out|evaluate|what('s| is| are| does)|how much (is|are)|was (ist|sind)|wie ?viel (ist|sind)|berechne|combien (font|fait)|calcule|cu[aá]nto (es|son))\b[\s,:]*/i;
const OPERATORS: [RegExp, string][] = [
  [/\bplus\b/gi, '+'],
  [/\bminus\b/gi, '-'],
  [/\b(times|multiplied by)\b|[×·]/gi, '*'],
  [/\bdivided by\b|÷/gi, '/'],
  [/\bto the power of\b/gi, '^'],
  [/\bsquare root of\s*\(?\s*([\d.]+)\s*\)?/gi, 'sqrt($1)'],
];
const EXPRESSION = /^(?:\d|[\s.,+\-*/%^()]|\b(?:sqrt|abs|round|floor|ceil|min|max|log|ln|exp|sin|cos|tan|pi|e|of)\b)+$/i;
/** Excludes dates and telephone numbers, which look like subtractions. */
const HYPHENATED = /^\d+(-\d+){2,}$|^0\d+-\d+$|^\d{3}-\d{4}$/;
const HAS_WORK = /\d\s*(?:[+\-*/^]|%\s*(?:of|[\d(]))|[a-z]\s*\(/i;

/** Extracts the arithmetic expression of a question; null for other questions. */
export function arithmeticIn(question: string): string | null {
  // Maximum of characters, because the patterns below take quadratic time.
  if (question.length > 1000) return null;
  let text = question.trim().replace(/[?!=.\s]+$/, '');
  for (let before = ''; before !== text;) {
    before = text;
    text = text.replace(POLITE, '');
  }
  text = text.replace(/^the\s+/i, '');
  for (const [words, sign] of OPERATORS) text = text.replace(words, sign);
  return text.length <= 200 && !HYPHENATED.test(text) && EXPRESSION.test(text) && HAS_WORK.test(text) ? text.trim() : null;
}
