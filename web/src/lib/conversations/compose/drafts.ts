const KEPT = 'parley.draft.';

/** What was written and not sent yet, kept for each conversation. */
export function readDraft(of: string): string {
  return localStorage.getItem(KEPT + of) ?? '';
}

export function keepDraft(of: string, text: string): void {
  if (text) localStorage.setItem(KEPT + of, text);
  else localStorage.removeItem(KEPT + of);
}
