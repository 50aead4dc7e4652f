import type { ProviderError } from './provider-error.ts';

const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Returns the provider's requested delay from headers or message, in milliseconds, or undefined. */
export function retryAfterMs({ response, words }: ProviderError): number | undefined {
  const headers = response?.headers;
  const milliseconds = Number(headers?.get('retry-after-ms') || Number.NaN);
  if (Number.isFinite(milliseconds)) return Math.max(milliseconds, 0);
  const value = headers?.get('retry-after');
  if (value) {
    const seconds = Number(value);
    const wait = Number.isFinite(seconds) ? seconds * 1000 : (durationOf(value) ?? Date.parse(value) - Date.now());
    if (Number.isFinite(wait)) return Math.max(wait, 0);
  }
  const said = /(?:again|retry)\s+(?:in|after)\s+((?:[\d.]+\s*(?:ms|milliseconds?|seconds?|minutes?|hours?|s|m|h)\s*)+)/i.exec(words)?.[1];
  return said ? durationOf(said) : undefined;
}

/** Parses a duration such as `1m2.5s` or `20 seconds`. */
function durationOf(text: string): number | undefined {
  const parts = [...text.matchAll(/([\d.]+)\s*(ms|milli|s|m|h)[a-z]*/gi)];
  if (parts.length === 0 || !/^\s*[\d.]+\s*[a-z]/i.test(text)) return undefined;
  const total = parts.reduce((sum, [, number, unit]) => sum + Number(number) * UNITS[unit!.toLowerCase().replace('milli', 'ms')]!, 0);
  return Number.isFinite(total) ? total : undefined;
}
