import { Failure } from '../../../schema/errors.ts';

/** Limit of about 1,200 digits, because longer numbers are useless and expensive. */
const MAX_BITS = 4_000;

/**
 * A fraction of integers, so that 0.1 + 0.2 is 0.3. `exact` is false once a root, a logarithm or a similar function was
 * used.
 */
export interface Rational {
  n: bigint;
  /** Always positive. */
  d: bigint;
  exact: boolean;
}

export function rational(n: bigint, d = 1n, exact = true): Rational {
  if (d === 0n) throw mistake('Division by zero.');
  const sign = d < 0n ? -1n : 1n;
  const divisor = d === 1n ? 1n : greatestCommon(n < 0n ? -n : n, d * sign);
  const result = { n: (sign * n) / divisor, d: (sign * d) / divisor, exact };
  if (bitsOf(result.n) > MAX_BITS || bitsOf(result.d) > MAX_BITS) throw mistake('The result is too large.');
  return result;
}

/** Parses digits with an optional point and exponent, as in `1.5e-3`. */
export function fromDigits(text: string): Rational {
  const [mantissa, exponent = '0'] = text.toLowerCase().split('e') as [string, string?];
  const [whole, fraction = ''] = mantissa.split('.') as [string, string?];
  const scale = Number(exponent) - fraction.length;
  if (Math.abs(scale) > 1_000) throw mistake(`${text.slice(0, 30)} is too large or too small.`);
  const digits = BigInt(whole + fraction);
  return scale >= 0 ? rational(digits * 10n ** BigInt(scale)) : rational(digits, 10n ** BigInt(-scale));
}

/** Converts the result of a floating-point function. */
export function fromFloat(value: number): Rational {
  if (!Number.isFinite(value)) throw mistake('The result is not a finite number.');
  const magnitude = fromDigits(String(Math.abs(value)));
  return { ...magnitude, n: value < 0 ? -magnitude.n : magnitude.n, exact: false };
}

export function toFloat(value: Rational): number {
  const fits = bitsOf(value.n) < 1000 && bitsOf(value.d) < 1000;
  return fits ? Number(value.n) / Number(value.d) : Number(approximately(value));
}

/** Truncates digits beyond the precision of a double. */
function approximately({ n, d }: Rational): string {
  const exponent = n.toString().length - d.toString().length - 20;
  const scaled = exponent > 0 ? n / (d * 10n ** BigInt(exponent)) : (n * 10n ** BigInt(-exponent)) / d;
  return `${scaled}e${exponent}`;
}

export function add(a: Rational, b: Rational): Rational {
  return rational(a.n * b.d + b.n * a.d, a.d * b.d, a.exact && b.exact);
}

export function multiply(a: Rational, b: Rational): Rational {
  return rational(a.n * b.n, a.d * b.d, a.exact && b.exact);
}

export function negate(a: Rational): Rational {
  return { ...a, n: -a.n };
}

export function divide(a: Rational, b: Rational): Rational {
  return rational(a.n * b.d, a.d * b.n, a.exact && b.exact);
}

/** Computes the remainder, which has the sign of the dividend. */
export function remainder(a: Rational, b: Rational): Rational {
  const times = rational(truncate(divide(a, b)));
  return add(a, negate(multiply(b, times)));
}

export function power(a: Rational, b: Rational): Rational {
  if (b.d !== 1n) return rootOrFloat(a, b);
  const times = b.n < 0n ? -b.n : b.n;
  if (times * BigInt(Math.max(bitsOf(a.n), bitsOf(a.d))) > BigInt(MAX_BITS * 2)) throw mistake('The result is too large.');
  const result = { n: a.n ** times, d: a.d ** times };
  return b.n < 0n ? rational(result.d, result.n, a.exact && b.exact) : rational(result.n, result.d, a.exact && b.exact);
}

/** Rounds toward zero. */
export function truncate({ n, d }: Rational): bigint {
  return n / d;
}

export function floor(a: Rational): bigint {
  return a.n < 0n && a.n % a.d !== 0n ? a.n / a.d - 1n : a.n / a.d;
}

export function squareRoot(a: Rational): Rational {
  if (a.n < 0n) throw mistake('The square root of a negative number is not real.');
  const n = wholeRoot(a.n);
  const d = wholeRoot(a.d);
  return n !== null && d !== null ? rational(n, d, a.exact) : fromFloat(Math.sqrt(toFloat(a)));
}

export function compare(a: Rational, b: Rational): number {
  const difference = a.n * b.d - b.n * a.d;
  return difference === 0n ? 0 : difference < 0n ? -1 : 1;
}

function rootOrFloat(a: Rational, b: Rational): Rational {
  if (b.n === 1n && b.d === 2n) return squareRoot(a);
  if (a.n < 0n) throw mistake('A negative number has no real power with a fraction as its exponent.');
  return fromFloat(toFloat(a) ** toFloat(b));
}

/** Computes an integer square root by Newton's method; null if the root is not an integer. */
function wholeRoot(n: bigint): bigint | null {
  if (n < 2n) return n;
  let root = 1n << BigInt(Math.ceil(bitsOf(n) / 2));
  for (let next = (root + n / root) / 2n; next < root; next = (root + n / root) / 2n) root = next;
  return root * root === n ? root : null;
}

function greatestCommon(a: bigint, b: bigint): bigint {
  while (b > 0n) [a, b] = [b, a % b];
  return a || 1n;
}

function bitsOf(n: bigint): number {
  return (n < 0n ? -n : n).toString(16).length * 4;
}

export function mistake(reason: string): Failure {
  return new Failure('TOOL_BAD_ARGUMENTS', { reason });
}
