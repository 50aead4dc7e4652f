import type { SubgraphName } from './subgraphs.ts';
import type { Actor, Role } from './viewer.ts';

type RunOutcome = 'COMPLETED' | 'STOPPED' | 'FAILED' | 'INTERRUPTED';

/**
 * Domain events, each emitted in the transaction that it describes. A payload names its object by `<object>Id`;
 * `ownerId` is the owner of that object.
 */
export interface DomainEvents {
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
    /** True if the provider reported no usage and the platform counted the tokens. */
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

export type EventName = keyof DomainEvents;

/** An event as its subscribers receive it. `id` is the same for every subscriber and on every redelivery. */
export interface DomainEvent<N extends EventName = EventName> {
  id: string;
  name: N;
  payload: DomainEvents[N];
  actor: Actor;
  at: string;
}

/** The subscribers of each event. Analytics subscribes to all events (the audit log) and is not repeated here. */
export const SUBSCRIBERS = {
  'session.reuseDetected': ['users'],
  'user.signInsSlowed': ['users'],
  'document.ready': ['users'],
  'document.failed': ['users'],
  'run.finished': ['users'],
  'assistant.deleted': ['conversations'],
  'knowledgeBase.deleted': ['assistants'],
} as const satisfies Partial<Record<EventName, readonly SubgraphName[]>>;

type SubscribedBy<S extends SubgraphName> = S extends 'analytics'
  ? EventName
  : { [N in keyof typeof SUBSCRIBERS]: S extends (typeof SUBSCRIBERS)[N][number] ? N : never }[keyof typeof SUBSCRIBERS];

/** The handlers of a subgraph: a missing handler of an event that is routed to it does not compile. */
export type EventHandlers<S extends SubgraphName, Context> = {
  [N in SubscribedBy<S>]: (event: DomainEvent<N>, context: Context) => Promise<void>;
};

export function subscribersOf(name: EventName): SubgraphName[] {
  return [...((SUBSCRIBERS as Partial<Record<EventName, readonly SubgraphName[]>>)[name] ?? []), 'analytics'];
}
