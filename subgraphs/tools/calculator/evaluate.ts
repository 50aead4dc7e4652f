import type { Expression, Operator } from './expression.ts';
import {
  add,
  compare,
  divide,
  floor,
  fromDigits,
  fromFloat,
  mistake,
  multiply,
  negate,
  power,
  rational,
  remainder,
  squareRoot,
  toFloat,
  type Rational,
} from './rational.ts';

const HUNDRED = rational(100n);
const MAX_PLACES = 100n;
const NUMBERS: Record<string, number> = { pi: Math.PI, e: Math.E };

const OPERATORS: Record<Operator, (a: Rational, b: Rational) => Rational> = {
  '+': add,
  '-': (a, b) => add(a, negate(b)),
  '*': multiply,
  '/': divide,
  '%': remainder,
  '^': power,
};

interface Operation {
  least: number;
  most: number;
  of(...args: Rational[]): Rational;
}

const FUNCTIONS: Record<string, Operation> = {
  sqrt: { least: 1, most: 1, of: (a) => squareRoot(a!) },
  abs: { least: 1, most: 1, of: (a) => (a!.n < 0n ? negate(a!) : a!) },
  round: { least: 1, most: 2, of: (a, places) => round(a!, places) },
  floor: { least: 1, most: 1, of: (a) => rational(floor(a!)) },
  ceil: { least: 1, most: 1, of: (a) => rational(-floor(negate(a!))) },
  min: { least: 1, most: 50, of: (...all) => all.reduce((a, b) => (compare(a, b) <= 0 ? a : b)) },
  max: { least: 1, most: 50, of: (...all) => all.reduce((a, b) => (compare(a, b) >= 0 ? a : b)) },
  log: { least: 1, most: 2, of: (a, base) => logarithm(a!, base ?? rational(10n)) },
  ln: { least: 1, most: 1, of: (a) => fromFloat(Math.log(toFloat(positive(a!)))) },
  exp: { least: 1, most: 1, of: (a) => fromFloat(Math.exp(toFloat(a!))) },
  sin: { least: 1, most: 1, of: (a) => fromFloat(Math.sin(toFloat(a!))) },
  cos: { least: 1, most: 1, of: (a) => fromFloat(Math.cos(toFloat(a!))) },
  tan: { least: 1, most: 1, of: (a) => fromFloat(Math.tan(toFloat(a!))) },
};

/** Evaluates an expression. */
export function evaluate(expression: Expression): Rational {
  if (expression.kind === 'number') return fromDigits(expression.digits);
  if (expression.kind === 'negate') return negate(evaluate(expression.of));
  if (expression.kind === 'percent') return divide(evaluate(expression.of), HUNDRED);
  if (expression.kind === 'name') return named(expression.name);
  if (expression.kind === 'call') return call(expression.name, expression.args.map(evaluate));
  return operate(expression);
}

/** Treats a percentage after `+` or `-` as relative to the left operand: 200 + 10 % is 220. */
function operate({ operator, left, right }: Extract<Expression, { kind: 'binary' }>): Rational {
  const a = evaluate(left);
  const b = evaluate(right);
  const isShare = (operator === '+' || operator === '-') && right.kind === 'percent' && left.kind !== 'percent';
  return OPERATORS[operator](a, isShare ? multiply(a, b) : b);
}

function named(name: string): Rational {
  if (Object.hasOwn(NUMBERS, name)) return fromFloat(NUMBERS[name]!);
  throw mistake(Object.hasOwn(FUNCTIONS, name) ? `${name} needs its argument in parentheses.` : unknown(name));
}

function call(name: string, args: Rational[]): Rational {
  if (!Object.hasOwn(FUNCTIONS, name)) throw mistake(unknown(name));
  const { least, most, of } = FUNCTIONS[name]!;
  if (args.length < least || args.length > most)
    throw mistake(`${name} takes ${least === most ? least : `${least} to ${most}`} arguments, not ${args.length}.`);
  return of(...args);
}

function unknown(name: string): string {
  return `I do not know "${name.slice(0, 30)}". Known are ${[...Object.keys(FUNCTIONS), ...Object.keys(NUMBERS)].join(', ')}.`;
}

/** Rounds half away from zero. */
function round(a: Rational, places: Rational = rational(0n)): Rational {
  if (places.d !== 1n || places.n < 0n || places.n > MAX_PLACES)
    throw mistake(`round takes a whole number of places from 0 to ${MAX_PLACES}.`);
  const scale = 10n ** places.n;
  const sign = a.n < 0n ? -1n : 1n;
  return rational(sign * ((2n * sign * a.n * scale + a.d) / (2n * a.d)), scale);
}

function logarithm(a: Rational, base: Rational): Rational {
  const [value, of] = [toFloat(positive(a)), toFloat(positive(base))];
  if (of === 1) throw mistake('There is no logarithm to the base 1.');
  const result = of === 10 ? Math.log10(value) : of === 2 ? Math.log2(value) : Math.log(value) / Math.log(of);
  const whole = Math.round(result);
  // Corrects a nearly whole logarithm if the power is exact.
  return Math.abs(result - whole) < 1e-9 && Math.abs(whole) < 1_000 && compare(power(base, rational(BigInt(whole))), a) === 0
    ? rational(BigInt(whole))
    : fromFloat(result);
}

function positive(a: Rational): Rational {
  if (a.n <= 0n) throw mistake('A logarithm needs a number above zero.');
  return a;
}
