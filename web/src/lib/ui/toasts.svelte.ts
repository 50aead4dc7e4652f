export interface Toast {
  id: number;
  text: string;
  tone: 'plain' | 'success' | 'danger';
  action?: { label: string; run: () => void } | undefined;
}

const LIFE_MS = 6000;
let next = 0;

/** The visible toasts, newest last. Only <Toaster> reads it. */
export const toasts = $state<Toast[]>([]);

/** Shows a short-lived message. Use the page itself for anything that must not be missed. */
export function toast(text: string, { tone = 'plain', action }: Partial<Pick<Toast, 'tone' | 'action'>> = {}): void {
  const id = ++next;
  toasts.push({ id, text, tone, action });
  if (toasts.length > 3) toasts.shift();
  setTimeout(() => dismiss(id), action ? LIFE_MS * 1.5 : LIFE_MS);
}

export function dismiss(id: number): void {
  const at = toasts.findIndex((entry) => entry.id === id);
  if (at >= 0) toasts.splice(at, 1);
}
