import { print } from './decimal.ts';
import { evaluate } from './evaluate.ts';
import { parseExpression } from './expression.ts';
import type { Tool } from '../tool.ts';

export interface Calculation {
  expression: string;
  /** The decimal digits, such as `0.3` or `1.5e+20`. */
  value: string;
  /** False if the digits are rounded. */
  exact: boolean;
}

/** Calculates with exact fractions as far as possible, so that sums of money are correct. */
export function calculation(expression: string): Calculation {
  const { text, exact } = print(evaluate(parseExpression(expression)));
  return { expression: expression.trim(), value: text, exact };
}

export const calculate: Tool = {
  id: 'calculate',
  title: 'Calculator',
  summary: 'Calculates exactly instead of estimating.',
  description:
    'Calculates an arithmetic expression exactly. Use it for every calculation instead of doing it in your head. Knows + - * / ^, % as remainder (10 % 3) and as percent (15% of 240, 200 + 10%), parentheses, sqrt abs round(x, places) floor ceil min max log(x, base) ln exp sin cos tan (radians), pi and e.',
  inputSchema: {
    type: 'object',
    properties: { expression: { type: 'string', description: 'For example "(1250 + 380.50) * 1.19".', minLength: 1, maxLength: 1000 } },
    required: ['expression'],
    additionalProperties: false,
  },
  run: async ({ expression }: { expression: string }) => calculation(expression),
};
