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

export function formatDuration(ms: number): string {
  const seconds = ms >= 1000;
  return new Intl.NumberFormat(undefined, {
    style: 'unit',
    unit: seconds ? 'second' : 'millisecond',
    maximumFractionDigits: seconds ? 1 : 0,
  }).format(seconds ? ms / 1000 : ms);
}

export function formatDateTime(at: string | Date): string {
  return new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(at));
}

const STEPS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

/** "5 minutes ago", "yesterday"; beyond a week the date. */
export function formatAgo(at: string | Date, now = Date.now()): string {
  const past = now - new Date(at).getTime();
  if (past > 7 * 86_400_000) return new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' }).format(new Date(at));
  const [unit, length] = STEPS.find(([, ms]) => past >= ms) ?? ['minute', Infinity];
  if (length === Infinity) return 'just now';
  return new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' }).format(-Math.floor(past / length), unit);
}
