import { mistake } from './rational.ts';

export type Expression =
  | { kind: 'number'; digits: string }
  | { kind: 'name'; name: string }
  | { kind: 'call'; name: string; args: Expression[] }
  | { kind: 'negate'; of: Expression }
  | { kind: 'percent'; of: Expression }
  | { kind: 'binary'; operator: Operator; left: Expression; right: Expression };

export type Operator = '+' | '-' | '*' | '/' | '%' | '^';

interface Token {
  kind: 'number' | 'name' | 'sign' | 'end';
  text: string;
  at: number;
}

const MAX_LENGTH = 1_000;
const MAX_DEPTH = 100;
const TOKEN = /\s*(?:((?:\d[\d_]*(?:,\d{3}(?!\d))*)(?:\.\d+)?(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?)|([a-z]+\d*)|(\*\*|[-+*/%^(),])|(\S))/giy;
const LOOKALIKES: Record<string, string> = { '×': '*', '·': '*', '⋅': '*', '÷': '/', '−': '-', '–': '-', π: 'pi', '√': 'sqrt' };
/** The binding power of operators; `of` and the percent sign bind like a product. */
const BINDING: Record<string, number> = { '+': 1, '-': 1, '*': 2, '/': 2, '%': 2, of: 2, '^': 4 };
const NEGATION = 3;

/**
 * Parses expressions such as `(1,250 + 15%) * sqrt(2)^3` by Pratt's method (1973). Throws `TOOL_BAD_ARGUMENTS` with the
 * position of the error.
 */
export function parseExpression(text: string): Expression {
  if (text.length > MAX_LENGTH) throw mistake(`The expression has ${text.length} characters; ${MAX_LENGTH} are allowed.`);
  const parser = new Parser(tokensOf(text.replace(/[×·⋅÷−–π√]/g, (sign) => LOOKALIKES[sign]!)));
  const expression = parser.expression(0);
  parser.expect('end');
  return expression;
}

/** Tokenises the text. Within a function a comma separates arguments; elsewhere it separates thousands. */
function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  const inFunction: boolean[] = [];
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match; match = TOKEN.exec(text)) {
    const [whole, number, name, sign, other] = match;
    const at = TOKEN.lastIndex - whole.trimStart().length;
    if (other) throw mistake(`I cannot read "${other}" at position ${at + 1}.`);
    const comma = number?.indexOf(',') ?? -1;
    if (number && comma >= 0 && inFunction.at(-1)) {
      TOKEN.lastIndex = at + comma;
      tokens.push({ kind: 'number', text: number.slice(0, comma), at });
      continue;
    }
    const last = tokens.at(-1);
    if (sign === '(') inFunction.push(last?.kind === 'name' && last.text !== 'of');
    if (sign === ')') inFunction.pop();
    if (number) tokens.push({ kind: 'number', text: number.replace(/[,_]/g, ''), at });
    else if (name) tokens.push({ kind: 'name', text: name.toLowerCase(), at });
    else tokens.push({ kind: 'sign', text: sign === '**' ? '^' : sign!, at });
  }
  return [...tokens, { kind: 'end', text: 'end', at: text.length }];
}

class Parser {
  #position = 0;
  #depth = 0;

  readonly #tokens: Token[];

  constructor(tokens: Token[]) {
    this.#tokens = tokens;
  }

  /** Parses operators with a higher binding power than `binding`. */
  expression(binding: number): Expression {
    if (++this.#depth > MAX_DEPTH) throw mistake('The expression is nested too deeply.');
    let left = this.#operand();
    for (let operator = this.#operator(); operator && BINDING[operator]! > binding; operator = this.#operator())
      left = this.#apply(operator, left);
    this.#depth -= 1;
    return left;
  }

  expect(text: string): void {
    if (!this.#skip(text)) throw this.#unexpected(text === 'end' ? 'an operator' : `"${text}"`);
  }

  #skip(text: string): boolean {
    if (this.#next.text !== text) return false;
    this.#position += 1;
    return true;
  }

  get #next(): Token {
    return this.#tokens[this.#position]!;
  }

  #operator(): string | null {
    const { kind, text } = this.#next;
    return kind !== 'number' && Object.hasOwn(BINDING, text) ? text : null;
  }

  #apply(operator: string, left: Expression): Expression {
    this.#position += 1;
    if (operator === '%' && !this.#operandFollows()) return { kind: 'percent', of: left };
    if (operator === 'of') return { kind: 'binary', operator: '*', left, right: this.expression(BINDING.of!) };
    // Powers are right-associative: 2^3^2 is 2^9.
    const right = this.expression(operator === '^' ? BINDING['^']! - 1 : BINDING[operator]!);
    return { kind: 'binary', operator: operator as Operator, left, right };
  }

  /**
   * Returns true if an operand follows a percent sign, which is then the remainder, as in `10 % 3`; otherwise it is a
   * percentage, as in `10% of 3`.
   */
  #operandFollows(): boolean {
    const { kind, text } = this.#next;
    return kind === 'number' || text === '(' || (kind === 'name' && text !== 'of');
  }

  #operand(): Expression {
    const token = this.#next;
    this.#position += 1;
    if (token.kind === 'number') return { kind: 'number', digits: token.text };
    if (token.text === '-') return { kind: 'negate', of: this.expression(NEGATION) };
    if (token.text === '+') return this.expression(NEGATION);
    if (token.text === '(') return this.#closed();
    if (token.kind === 'name' && token.text !== 'of') return this.#named(token.text);
    this.#position -= 1;
    throw this.#unexpected('a number');
  }

  #closed(): Expression {
    const inner = this.expression(0);
    this.expect(')');
    return inner;
  }

  #named(name: string): Expression {
    if (!this.#skip('(')) return { kind: 'name', name };
    const args = [this.expression(0)];
    while (this.#skip(',')) args.push(this.expression(0));
    this.expect(')');
    return { kind: 'call', name, args };
  }

  #unexpected(wanted: string): Error {
    const { kind, text, at } = this.#next;
    if (kind === 'end') return mistake(`The expression ends where ${wanted} was expected.`);
    return mistake(`I expected ${wanted} at position ${at + 1}, not "${text}".${this.#hint(wanted)}`);
  }

  #hint(wanted: string): string {
    const { kind, text } = this.#next;
    if (text === ',') return ' Write a decimal with a point, and thousands in groups of three digits.';
    return wanted === 'an operator' && (kind !== 'sign' || text === '(') ? ' Write * between factors.' : '';
  }
}
