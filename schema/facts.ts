import type { Actor, Role } from './viewer.ts';

export const SUBGRAPH_NAMES = ['users', 'assistants', 'conversations', 'knowledge', 'tools', 'analytics'] as const;

export type SubgraphName = (typeof SUBGRAPH_NAMES)[number];

type RunOutcome = 'COMPLETED' | 'STOPPED' | 'FAILED' | 'INTERRUPTED';

/**
 * Durable facts: what happened, told in the transaction in which it happened. Each payload names its
 * object by `<object>Id`; `ownerId` is the person whose thing it is.
 */
export interface Facts {
  'user.signedUp': { userId: string; role: Role };
  'user.signedIn': { userId: string };
  'user.signInFailed': { userId: string | null };
  'user.signInsSlowed': { userId: string; attempts: number };
  'user.invited': { invitationId: string; role: Role };
  'session.refreshed': { userId: string };
  'session.signedOut': { userId: string };
  'session.reuseDetected': { userId: string };
  'notification.read': { userId: string; count: number };
  'assistant.created': { assistantId: string; ownerId: string; name: string; version: number };
  'assistant.updated': { assistantId: string; ownerId: string; name: string; version: number };
  'assistant.deleted': { assistantId: string; ownerId: string; name: string };
  'conversation.started': { conversationId: string; ownerId: string; assistantId: string };
  'conversation.renamed': { conversationId: string; ownerId: string };
  'conversation.deleted': { conversationId: string; ownerId: string };
  'conversation.branchSelected': { conversationId: string; ownerId: string; messageId: string };
  'message.sent': { messageId: string; conversationId: string; runId: string; ownerId: string };
  'run.regenerated': { messageId: string; conversationId: string; runId: string; ownerId: string };
  'run.stopRequested': { runId: string; conversationId: string; ownerId: string };
  'run.finished': {
    runId: string;
    conversationId: string;
    conversationTitle: string;
    assistantId: string;
    ownerId: string;
    model: string;
    status: RunOutcome;
    failureCode: string | null;
    attempt: number;
    inputTokens: number;
    outputTokens: number;
    /** True where the provider reported no usage and the figures were counted here. */
    estimated: boolean;
    durationMs: number;
    timeToFirstTokenMs: number | null;
    finishedAt: string;
  };
  'knowledgeBase.created': { knowledgeBaseId: string; ownerId: string; name: string };
  'knowledgeBase.updated': { knowledgeBaseId: string; ownerId: string; name: string };
  'knowledgeBase.deleted': { knowledgeBaseId: string; ownerId: string; name: string };
  'document.added': { documentId: string; knowledgeBaseId: string; ownerId: string; name: string };
  'document.stored': { documentId: string; knowledgeBaseId: string; ownerId: string; name: string; sizeBytes: number };
  'document.retried': { documentId: string; knowledgeBaseId: string; ownerId: string; name: string };
  'document.ready': { documentId: string; knowledgeBaseId: string; ownerId: string; name: string; passageCount: number };
  'document.failed': { documentId: string; knowledgeBaseId: string; ownerId: string; name: string; code: string; reason: string };
  'document.deleted': { documentId: string; knowledgeBaseId: string; ownerId: string; name: string };
  'vectorIndex.requested': { vectorIndexId: string; model: string };
  'vectorIndex.activated': { vectorIndexId: string; model: string };
  'vectorIndex.failed': { vectorIndexId: string; model: string; reason: string };
  'tool.called': {
    toolCallId: string;
    toolId: string;
    runId: string | null;
    ownerId: string;
    status: 'SUCCEEDED' | 'FAILED';
    durationMs: number;
  };
}

export type FactName = keyof Facts;

/** A fact as its hearers receive it. `id` is the same for every hearer and on every redelivery. */
export interface Fact<N extends FactName = FactName> {
  id: string;
  name: N;
  payload: Facts[N];
  actor: Actor;
  at: string;
}

/** Who hears what. Analytics hears everything (the audit log), so it is not repeated in the lists. */
export const HEARERS = {
  'session.reuseDetected': ['users'],
  'user.signInsSlowed': ['users'],
  'document.ready': ['users'],
  'document.failed': ['users'],
  'run.finished': ['users'],
  'assistant.deleted': ['conversations'],
  'knowledgeBase.deleted': ['assistants'],
} as const satisfies Partial<Record<FactName, readonly SubgraphName[]>>;

type HeardBy<S extends SubgraphName> = S extends 'analytics'
  ? FactName
  : { [N in keyof typeof HEARERS]: S extends (typeof HEARERS)[N][number] ? N : never }[keyof typeof HEARERS];

/** The handlers a subgraph must bring: forgetting a fact that is routed to it does not compile. */
export type Hears<S extends SubgraphName, Context> = { [N in HeardBy<S>]: (fact: Fact<N>, context: Context) => Promise<void> };

export function hearersOf(name: FactName): SubgraphName[] {
  return [...((HEARERS as Partial<Record<FactName, readonly SubgraphName[]>>)[name] ?? []), 'analytics'];
}
