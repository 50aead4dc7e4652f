import type { Rational } from './rational.ts';

const SHOWN_DIGITS = 15;
const MAX_SHOWN = 60;

/** Prints all digits of a finite decimal, else fifteen significant ones. */
export function print(value: Rational): { text: string; exact: boolean } {
  const places = decimalPlaces(value.d);
  if (value.exact && places !== null) {
    const text = withPoint(value.n * (10n ** BigInt(places) / value.d), places);
    if (text.length <= MAX_SHOWN) return { text, exact: true };
  }
  return { text: approximate(value), exact: false };
}

/** Rounds to fifteen significant digits, half away from zero; a smaller inexact value is zero. */
function approximate(value: Rational): string {
  const negative = value.n < 0n;
  const n = negative ? -value.n : value.n;
  let exponent = n.toString().length - value.d.toString().length;
  if (n === 0n || (!value.exact && exponent < -SHOWN_DIGITS)) return '0';
  const scaled = (places: number) => rounded(n * 10n ** BigInt(Math.max(places, 0)), value.d * 10n ** BigInt(Math.max(-places, 0)));
  let digits = scaled(SHOWN_DIGITS - 1 - exponent).toString();
  if (digits.length < SHOWN_DIGITS) digits = scaled(SHOWN_DIGITS - 1 - --exponent).toString();
  if (digits.length > SHOWN_DIGITS) exponent += 1;
  return (negative ? '-' : '') + place(digits.slice(0, SHOWN_DIGITS).replace(/0+$/, ''), exponent);
}

/** Places the decimal point among significant digits, or uses an exponent instead of many zeros. */
function place(digits: string, exponent: number): string {
  if (exponent >= SHOWN_DIGITS || exponent < -6)
    return `${digits[0]}${digits.length > 1 ? `.${digits.slice(1)}` : ''}e${exponent > 0 ? '+' : ''}${exponent}`;
  if (exponent < 0) return `0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  return `${whole}${digits.length > exponent + 1 ? `.${digits.slice(exponent + 1)}` : ''}`;
}

function rounded(n: bigint, d: bigint): bigint {
  return (2n * n + d) / (2n * d);
}

function withPoint(scaled: bigint, places: number): string {
  const digits = (scaled < 0n ? -scaled : scaled).toString().padStart(places + 1, '0');
  const text = places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`;
  return scaled < 0n ? `-${text}` : text;
}

/** Counts the digits after the point; null for a repeating decimal. */
function decimalPlaces(d: bigint): number | null {
  let twos = 0;
  let fives = 0;
  for (; d % 2n === 0n; d /= 2n) twos += 1;
  for (; d % 5n === 0n; d /= 5n) fives += 1;
  return d === 1n ? Math.max(twos, fives) : null;
}
