import { formatBytes } from '#lib/ui/format.ts';
import type { Quota } from './operations.ts';

/** Fraction of a limit from which its usage is shown. */
const NEAR = 0.8;

export const NAMES: Record<Quota['kind'], string> = {
  MESSAGES_PER_DAY: 'Messages today',
  TOKENS_PER_DAY: 'Tokens today',
  KNOWLEDGE_BASES: 'Knowledge bases',
  DOCUMENTS: 'Documents',
  STORAGE_BYTES: 'Storage',
};

const USED: Record<Quota['kind'], (used: string, limit: string) => string> = {
  MESSAGES_PER_DAY: (used, limit) => `You have used ${used} of ${limit} messages today.`,
  TOKENS_PER_DAY: (used, limit) => `Your answers have used ${used} of ${limit} tokens today.`,
  KNOWLEDGE_BASES: (used, limit) => `You have ${used} of ${limit} knowledge bases.`,
  DOCUMENTS: (used, limit) => `You have ${used} of ${limit} documents.`,
  STORAGE_BYTES: (used, limit) => `Your documents take ${used} of ${limit}.`,
};

export function amount(kind: Quota['kind'], value: number): string {
  return kind === 'STORAGE_BYTES' ? formatBytes(value) : value.toLocaleString();
}

/** Returns the quotas that are nearly used up. */
export function nearLimit(quotas: readonly Quota[] | undefined): Quota[] {
  return (quotas ?? []).filter(({ used, limit }) => limit !== null && used >= limit * NEAR);
}

/** Describes the usage of a quota and how to free some of it. */
export function sentence({ kind, used, limit, renewsAt }: Quota): string {
  const said = USED[kind](amount(kind, used), amount(kind, limit ?? used));
  const isUsedUp = limit !== null && used >= limit;
  if (renewsAt) return `${said} ${isUsedUp ? 'You can write again' : 'The limit resets'} at ${time(renewsAt)}.`;
  return `${said} Delete items that you no longer need.`;
}

export function time(at: string): string {
  return new Intl.DateTimeFormat(undefined, { timeStyle: 'short' }).format(new Date(at));
}
