export interface Day<Item> {
  label: string;
  items: Item[];
}

const DAY_MS = 86_400_000;

/** Groups items, newest first, by days of the local calendar: Today, Yesterday, the last week, then months. */
export function byDay<Item>(items: readonly Item[], at: (item: Item) => string, now = new Date()): Day<Item>[] {
  const days: Day<Item>[] = [];
  for (const item of items) {
    const label = dayOf(new Date(at(item)), now);
    const last = days.at(-1);
    if (last?.label === label) last.items.push(item);
    else days.push({ label, items: [item] });
  }
  return days;
}

function dayOf(date: Date, now: Date): string {
  const ago = Math.round((midnight(now) - midnight(date)) / DAY_MS);
  if (ago <= 0) return 'Today';
  if (ago === 1) return 'Yesterday';
  if (ago < 8) return 'Last 7 days';
  const year = date.getFullYear() === now.getFullYear() ? undefined : 'numeric';
  return date.toLocaleDateString('en', { month: 'long', year });
}

/** Rounded, because a day with a clock change has 23 or 25 hours. */
function midnight(date: Date): number {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}
