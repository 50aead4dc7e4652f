/** Wraps browser APIs that exist in secure contexts only (HTTPS and localhost), with a fallback for plain HTTP. */

/** A random UUID of version 4. Its bits come from `getRandomValues`, which every context has. */
export function randomId(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Copies the text; returns false if that failed. Call it from a user gesture, which browsers require. */
export async function copyText(text: string): Promise<boolean> {
  try {
    if (navigator.clipboard) {
      await navigator.clipboard.writeText(text);
      return true;
    }
  } catch {
    // Rejected by a policy or because the page has no focus; the older API may still be allowed.
  }
  return copySelected(text);
}

/** Copies by a selection, inside the open dialog if there is one, because a modal dialog keeps the focus. */
function copySelected(text: string): boolean {
  const area = document.createElement('textarea');
  area.value = text;
  area.readOnly = true;
  area.style.cssText = 'position:fixed;top:0;left:0;opacity:0';
  const focused = document.activeElement as HTMLElement | null;
  (document.querySelector('dialog:modal') ?? document.body).append(area);
  try {
    area.focus({ preventScroll: true });
    area.select();
    return document.execCommand('copy');
  } catch {
    return false;
  } finally {
    area.remove();
    focused?.focus({ preventScroll: true });
  }
}

const LEASE_MS = 10_000;
const SETTLE_MS = 60;

/** Runs the work while no other tab runs work of the same name. */
export async function inOneTab(name: string, work: () => Promise<void>): Promise<void> {
  if (navigator.locks) return navigator.locks.request(name, work);
  const token = randomId();
  while (!(await lease(name, token))) await pause(SETTLE_MS);
  try {
    await work();
  } finally {
    if (localStorage.getItem(name)?.startsWith(token)) localStorage.removeItem(name);
  }
}

/** Storage has no compare-and-set: the last writer has the lease, which every writer reads after a pause. */
async function lease(name: string, token: string): Promise<boolean> {
  const until = Number(localStorage.getItem(name)?.split(' ')[1] ?? 0);
  if (until > Date.now()) return false;
  localStorage.setItem(name, `${token} ${Date.now() + LEASE_MS}`);
  await pause(SETTLE_MS);
  return localStorage.getItem(name)?.startsWith(token) ?? false;
}

function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
