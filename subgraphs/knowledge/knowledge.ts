import type { Context } from '../framework/context.ts';
import type { Subgraph } from '../framework/subgraph.ts';
import { AssistantKnowledgeResolver, AssistantVersionKnowledgeResolver } from './extensions/assistant.resolver.ts';
import { AssistantKnowledge, AssistantVersionKnowledge } from './extensions/assistant.type.ts';
import { CitationKnowledgeResolver } from './extensions/citation.resolver.ts';
import { CitationKnowledge } from './extensions/citation.type.ts';
import { Document } from './documents/document.entity.ts';
import { DocumentEventResolver, DocumentResolver } from './documents/document.resolver.ts';
import { DocumentService } from './documents/document.service.ts';
import { ingestDocument } from './documents/ingest/ingest.worker.ts';
import { forgetEmbeddings } from './vector-index/vector-indexes.ts';
import { KnowledgeBase } from './bases/knowledge-base.entity.ts';
import { KnowledgeBaseResolver } from './bases/knowledge-base.resolver.ts';
import { KnowledgeBaseService } from './bases/knowledge-base.service.ts';
import { migration as knowledgeTables } from './migrations/0001-knowledge.ts';
import { migration as vectorIndexTables } from './migrations/0002-vector-index.ts';
import { migration as topicTables } from './migrations/0003-topics.ts';
import { migration as indexWords } from './migrations/0004-index-words.ts';
import { migration as documentWarnings } from './migrations/0005-document-warnings.ts';
import { migration as pageLabels } from './migrations/0006-page-labels.ts';
import { documentOwner } from './migrations/0007-document-owner.ts';
import { KnowledgeQuotaResolver } from './quota/quota.resolver.ts';
import { orNull, ownDocument, ownKnowledgeBase, ownPassage } from './ownership.ts';
import { Page } from './documents/page.entity.ts';
import { Passage } from './passages/passage.entity.ts';
import { PassageResolver } from './passages/passage.resolver.ts';
import { buildIndex } from './vector-index/build.worker.ts';
import { dropIndex, renewIndex } from './vector-index/index-watch.ts';
import { VectorIndex } from './vector-index/vector-index.entity.ts';
import { ConversationKnowledge } from './extensions/conversation.type.ts';
import { SimilarDocumentsResolver, SuggestedDocumentsResolver } from './similar/similar.resolver.ts';
import { SimilarService } from './similar/similar.service.ts';
import { Topic } from './topics/topic.entity.ts';
import { KnowledgeBaseTopicsResolver, TopicResolver } from './topics/topic.resolver.ts';
import { computeTopics } from './topics/topics.worker.ts';
import { VectorIndexResolver } from './vector-index/vector-index.resolver.ts';
import { purgeDocument, purgeKnowledgeBase } from './documents/ingest/purge.worker.ts';
import { SearchService } from './passages/search/search.service.ts';
import { startSweep } from './documents/ingest/sweep.ts';

interface Reference {
  id: string;
}

export const knowledge: Subgraph<'knowledge'> = {
  name: 'knowledge',
  entities: [KnowledgeBase, Document, Page, Passage, VectorIndex, Topic],
  migrations: [knowledgeTables, vectorIndexTables, topicTables, indexWords, documentWarnings, pageLabels, documentOwner],
  restored: forgetEmbeddings,
  create(ports) {
    const { ai, bus, log, queue, vectors } = ports;
    const documents = new DocumentService(ports);
    const similar = new SimilarService(ports);
    const search = new SearchService(ai, vectors, queue);
    return {
      resolvers: new Map<Function, object>([
        [KnowledgeBaseResolver, new KnowledgeBaseResolver(new KnowledgeBaseService(queue, bus, ports.values.quotas), documents, ai)],
        [DocumentResolver, new DocumentResolver(documents)],
        [DocumentEventResolver, new DocumentEventResolver()],
        [PassageResolver, new PassageResolver(search)],
        [SimilarDocumentsResolver, new SimilarDocumentsResolver(similar)],
        [SuggestedDocumentsResolver, new SuggestedDocumentsResolver(similar)],
        [TopicResolver, new TopicResolver()],
        [KnowledgeBaseTopicsResolver, new KnowledgeBaseTopicsResolver()],
        [VectorIndexResolver, new VectorIndexResolver(queue, ai)],
        [KnowledgeQuotaResolver, new KnowledgeQuotaResolver(ports.values.quotas)],
        [CitationKnowledgeResolver, new CitationKnowledgeResolver()],
        [AssistantKnowledgeResolver, new AssistantKnowledgeResolver(search)],
        [AssistantVersionKnowledgeResolver, new AssistantVersionKnowledgeResolver(search)],
      ]),
      // No field of this subgraph returns these types; only the gateway resolves them as entities.
      orphanedTypes: [AssistantKnowledge, AssistantVersionKnowledge, CitationKnowledge, ConversationKnowledge],
      references: {
        KnowledgeBase: ({ id }: Reference, context: Context) => ownKnowledgeBase(id, context),
        Document: ({ id }: Reference, context: Context) => ownDocument(id, context),
        // Run events refer to passages that may have been deleted since.
        Passage: ({ id }: Reference, context: Context) => orNull(ownPassage(id, context)),
        // The representation has the required fields; the resolvers check the ownership of what it refers to.
        Assistant: async (reference: AssistantKnowledge) => reference,
        AssistantVersion: async (reference: AssistantKnowledge) => reference,
        Conversation: async (reference: ConversationKnowledge) => reference,
        Citation: async (reference: CitationKnowledge) => reference,
      },
      jobs: {
        'document.ingest': {
          run: (job, context) => ingestDocument(job, context, ports),
          // Limits the concurrency of one person's files, so that others are not blocked.
          options: { concurrency: 3, groupConcurrency: 2, expireInSeconds: 3600, retryLimit: 25 },
        },
        'vectorIndex.build': {
          run: (job, context) => buildIndex(job, context, ports),
          options: { expireInSeconds: 24 * 3600, retryLimit: 0 },
        },
        'vectorIndex.drop': { run: (job, context) => dropIndex(job, context, ports), options: { retryLimit: 25 } },
        'topics.compute': { run: (job, context) => computeTopics(job, context, ports), options: { retryLimit: 5 } },
        'document.purge': { run: (job, context) => purgeDocument(job, context, ports), options: { retryLimit: 25 } },
        'knowledgeBase.purge': { run: (job, context) => purgeKnowledgeBase(job, context, ports), options: { retryLimit: 25 } },
      },
      on: {},
      async start(fork) {
        await renewIndex(fork(), ports);
        return startSweep(fork, ports, log);
      },
    };
  },
};
