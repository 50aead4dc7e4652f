import type { FactName, Facts } from '../../schema/facts.ts';

/** The object that each fact is about: its type, and where the payload holds its id. */
export const TARGETS = {
  'user.signedUp': ['User', 'userId'],
  'user.signedIn': ['User', 'userId'],
  'user.signInFailed': ['User', 'userId'],
  'session.refreshed': ['User', 'userId'],
  'session.signedOut': ['User', 'userId'],
  'session.reuseDetected': ['User', 'userId'],
  'notification.read': ['User', 'userId'],
  'assistant.created': ['Assistant', 'assistantId'],
  'assistant.updated': ['Assistant', 'assistantId'],
  'assistant.deleted': ['Assistant', 'assistantId'],
  'conversation.started': ['Conversation', 'conversationId'],
  'conversation.renamed': ['Conversation', 'conversationId'],
  'conversation.deleted': ['Conversation', 'conversationId'],
  'conversation.branchSelected': ['Conversation', 'conversationId'],
  'message.sent': ['Message', 'messageId'],
  'run.regenerated': ['Run', 'runId'],
  'run.stopRequested': ['Run', 'runId'],
  'run.finished': ['Run', 'runId'],
  'knowledgeBase.created': ['KnowledgeBase', 'knowledgeBaseId'],
  'knowledgeBase.updated': ['KnowledgeBase', 'knowledgeBaseId'],
  'knowledgeBase.deleted': ['KnowledgeBase', 'knowledgeBaseId'],
  'document.added': ['Document', 'documentId'],
  'document.stored': ['Document', 'documentId'],
  'document.retried': ['Document', 'documentId'],
  'document.ready': ['Document', 'documentId'],
  'document.failed': ['Document', 'documentId'],
  'document.deleted': ['Document', 'documentId'],
  'vectorIndex.requested': ['VectorIndex', 'vectorIndexId'],
  'vectorIndex.activated': ['VectorIndex', 'vectorIndexId'],
  'vectorIndex.failed': ['VectorIndex', 'vectorIndexId'],
  'tool.called': ['ToolCall', 'toolCallId'],
} as const satisfies { [N in FactName]: readonly [type: string, key: keyof Facts[N]] };

export const FACT_NAMES = Object.keys(TARGETS) as FactName[];
