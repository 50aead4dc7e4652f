const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;

/** 1 kB is 1000 B. */
export function formatBytes(bytes: number): string {
  const step = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(bytes, 1)) / 3)));
  const value = bytes / 1000 ** step;
  return new Intl.NumberFormat(undefined, {
    style: 'unit',
    unit: UNITS[step],
    unitDisplay: step === 0 ? 'long' : 'short',
    maximumFractionDigits: step === 0 || value >= 100 ? 0 : 1,
  }).format(value);
}

export function formatCount(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString()} ${count === 1 ? one : many}`;
}

/** "473 ms", "1.2 s": units are not localised, numbers are. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms).toLocaleString()} ms`;
  return `${(ms / 1000).toLocaleString(undefined, { maximumFractionDigits: 1 })} s`;
}

export function formatDateTime(at: string | Date): string {
  return new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(at));
}

const STEPS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

/** "5 minutes ago", "yesterday"; the date after a week. */
export function formatAgo(at: string | Date, now = Date.now()): string {
  const past = now - new Date(at).getTime();
  if (past > 7 * 86_400_000) return new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' }).format(new Date(at));
  const [unit, length] = STEPS.find(([, ms]) => past >= ms) ?? ['minute', Infinity];
  if (length === Infinity) return 'just now';
  return new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' }).format(-Math.floor(past / length), unit);
}
