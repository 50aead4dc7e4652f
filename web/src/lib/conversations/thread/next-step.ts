export type NextStep = 'regenerate' | 'edit' | 'new-chat' | 'none';

/** Returns the next action for an answer that failed. */
export function nextStep(code: string | null | undefined): NextStep {
  if (code === 'ASSISTANT_DELETED') return 'new-chat';
  if (code === 'CONTEXT_TOO_LONG') return 'edit';
  if (code === 'NOT_FOUND' || code === 'FORBIDDEN') return 'none';
  return 'regenerate';
}
