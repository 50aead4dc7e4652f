import { defineEntity, p, type InferEntity } from '@mikro-orm/core';

/**
 * Immutable after insertion. Its columns `words` and `word_count` are written and read by SQL only: see
 * documents/ingest/passage-store.ts and search/keyword-search.ts.
 */
export const Passage = defineEntity({
  name: 'Passage',
  tableName: 'passage',
  properties: {
    id: p.uuid().primary(),
    documentId: p.uuid(),
    knowledgeBaseId: p.uuid(),
    position: p.integer(),
    page: p.integer().strictNullable(),
    pageLabel: p.text().strictNullable(),
    start: p.integer().name('start_offset'),
    end: p.integer().name('end_offset'),
    text: p.text(),
    heading: p.text(),
  },
});

export type Passage = InferEntity<typeof Passage>;
