export type NextStep = 'regenerate' | 'edit' | 'new-chat' | 'none';

/** What the person can do here about an answer that failed; the reason itself says the rest. */
export function nextStep(code: string | null | undefined): NextStep {
  if (code === 'ASSISTANT_DELETED') return 'new-chat';
  if (code === 'CONTEXT_TOO_LONG') return 'edit';
  if (code === 'NOT_FOUND' || code === 'FORBIDDEN') return 'none';
  return 'regenerate';
}
