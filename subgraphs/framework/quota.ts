import type { SqlEntityManager } from '@mikro-orm/sql';
import { Directive, Field, ObjectType, registerEnumType } from 'type-graphql';
import { Failure } from '../../schema/errors.ts';
import { DateTime } from './scalars.ts';

export const QuotaKind = {
  MESSAGES_PER_DAY: 'MESSAGES_PER_DAY',
  TOKENS_PER_DAY: 'TOKENS_PER_DAY',
  KNOWLEDGE_BASES: 'KNOWLEDGE_BASES',
  DOCUMENTS: 'DOCUMENTS',
  STORAGE_BYTES: 'STORAGE_BYTES',
} as const;
export type QuotaKindName = keyof typeof QuotaKind;

registerEnumType(QuotaKind, {
  name: 'QuotaKind',
  description: 'A resource with a quota per person.',
  valuesConfig: {
    MESSAGES_PER_DAY: { description: 'Messages sent and answers regenerated in one day (UTC).' },
    TOKENS_PER_DAY: { description: 'Tokens that models read and wrote in one day (UTC).' },
    KNOWLEDGE_BASES: { description: 'Knowledge bases that exist.' },
    DOCUMENTS: { description: 'Documents that exist, in all knowledge bases.' },
    STORAGE_BYTES: { description: 'The total size of all documents, in bytes.' },
  },
});

/** Limits per person by kind; 0 means unlimited. */
export type QuotaLimits = Record<QuotaKindName, number>;

@Directive('@shareable')
@ObjectType({ description: 'Usage and limit of one resource of a person.' })
export class Quota {
  @Field(() => QuotaKind, { description: 'The counted resource.' })
  kind!: QuotaKindName;

  @Field(() => Number, { description: 'The amount used.' })
  used!: number;

  @Field(() => Number, { nullable: true, description: 'The limit; null for no limit.' })
  limit!: number | null;

  @Field(() => DateTime, { nullable: true, description: 'The time when the count is reset; null if it decreases by deleting.' })
  renewsAt!: Date | null;
}

const REASONS: Record<QuotaKindName, (limit: string) => string> = {
  MESSAGES_PER_DAY: (limit) => `You have sent ${limit} messages today, which is the daily limit. It is renewed at midnight (UTC).`,
  TOKENS_PER_DAY: (limit) => `Your answers have used today's ${limit} tokens. The limit is renewed at midnight (UTC).`,
  KNOWLEDGE_BASES: (limit) => `You have ${limit} knowledge bases, which is the limit. Delete one that you no longer need.`,
  DOCUMENTS: (limit) => `You have ${limit} documents, which is the limit. Delete some that you no longer need.`,
  STORAGE_BYTES: (limit) => `Your documents would take more than the allowed ${limit}. Delete some that you no longer need.`,
};

/** Throws `QUOTA_EXCEEDED` if `used + more` exceeds the limit. */
export function requireQuota(limits: QuotaLimits, kind: QuotaKindName, used: number, more: number): void {
  const limit = limits[kind];
  if (limit === 0 || used + more <= limit) return;
  const renewsAt = kind.endsWith('_PER_DAY') ? nextDay() : null;
  throw new Failure('QUOTA_EXCEEDED', {
    reason: REASONS[kind](amount(kind, limit)),
    kind,
    used,
    limit,
    ...(renewsAt ? { renewsAt: renewsAt.toISOString() } : {}),
  });
}

/** Formats bytes with a unit, other amounts as plain numbers. */
function amount(kind: QuotaKindName, limit: number): string {
  if (kind !== 'STORAGE_BYTES') return limit.toLocaleString('en');
  return `${(limit / 1_000_000).toLocaleString('en', { maximumFractionDigits: 1 })} MB`;
}

export function quotaOf(limits: QuotaLimits, kind: QuotaKindName, used: number): Quota {
  return { kind, used, limit: limits[kind] || null, renewsAt: kind.endsWith('_PER_DAY') ? nextDay() : null };
}

/** Locks the quota of one person until the transaction ends, so that concurrent checks cannot both pass. */
export async function lockQuota(em: SqlEntityManager, ownerId: string): Promise<void> {
  await em.execute('select pg_advisory_xact_lock(hashtextextended(?, 0))', [`quota ${ownerId}`]);
}

/** Returns the current date in UTC as `YYYY-MM-DD`. */
export function today(): string {
  return new Date().toISOString().slice(0, 10);
}

function nextDay(): Date {
  return new Date(Date.parse(today()) + 24 * 3600 * 1000);
}
