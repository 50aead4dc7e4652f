import { cacheExchange, type Cache, type UpdateResolver } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';
import type { Exchange } from '@urql/core';

/** Types without identity, embedded in the object that contains them. */
const EMBEDDED = [
  ...[
    'PageInfo',
    'Quota',
    'TextMark',
    'DocumentPage',
    'SearchHit',
    'MessageHit',
    'Usage',
    'UsageTotals',
    'UsageRow',
    'UsageReport',
    'ServiceHealth',
    'Metrics',
  ],
  ...[
    'Assistant',
    'AssistantVersion',
    'AuditEntry',
    'Conversation',
    'Document',
    'KnowledgeBase',
    'Message',
    'Notification',
    'User',
  ].flatMap((type) => [`${type}Edge`, `${type}Connection`]),
  ...['ConversationEvent', 'DocumentEvent'],
];

/** Lists of the viewer; a mutation that adds an item invalidates its list. */
const added =
  (list: string): UpdateResolver =>
  (_result, _arguments, cache) =>
    forgetList(cache, list);
const deleted =
  (typename: string, list: string): UpdateResolver =>
  (result, _arguments, cache, info) => {
    const { deletedId } = result[info.fieldName] as { deletedId: string };
    cache.invalidate({ __typename: typename, id: deletedId });
    forgetList(cache, list);
  };

export function graphCache(): Exchange {
  return cacheExchange({
    keys: Object.fromEntries(EMBEDDED.map((type) => [type, () => null])),
    resolvers: {
      Query: {
        assistants: relayPagination(),
        knowledgeBases: relayPagination(),
        notifications: relayPagination(),
      },
      KnowledgeBase: { documents: relayPagination() },
      Assistant: { versions: relayPagination() },
    },
    updates: {
      Mutation: {
        createAssistant: added('assistants'),
        deleteAssistant: deleted('Assistant', 'assistants'),
        createKnowledgeBase: added('knowledgeBases'),
        deleteKnowledgeBase: deleted('KnowledgeBase', 'knowledgeBases'),
        addDocument: (result, _arguments, cache) => {
          const base = (result['addDocument'] as { document?: { knowledgeBase?: { id: string } } }).document?.knowledgeBase;
          if (base) forgetFields(cache, { __typename: 'KnowledgeBase', id: base.id }, ['documents', 'documentCount']);
        },
        deleteDocument: (result, _arguments, cache) => {
          cache.invalidate({ __typename: 'Document', id: (result['deleteDocument'] as { deletedId: string }).deletedId });
        },
        deleteConversation: (result, _arguments, cache) => {
          cache.invalidate({ __typename: 'Conversation', id: (result['deleteConversation'] as { deletedId: string }).deletedId });
        },
      },
      Subscription: {
        documentEvents: (result, _arguments, cache) => {
          const event = result['documentEvents'] as { documentId: string; document?: unknown };
          if (event.document === null) cache.invalidate({ __typename: 'Document', id: event.documentId });
        },
        notificationReceived: (_result, _arguments, cache) => forgetList(cache, 'notifications'),
      },
    },
  });
}

function forgetList(cache: Cache, list: string): void {
  for (const field of cache.inspectFields('Query')) {
    if (field.fieldName === list) cache.invalidate('Query', field.fieldName, field.arguments);
  }
}

function forgetFields(cache: Cache, entity: { __typename: string; id: string }, names: string[]): void {
  for (const field of cache.inspectFields(entity)) {
    if (names.includes(field.fieldName)) cache.invalidate(entity, field.fieldName, field.arguments);
  }
}
