import { defineEntity, p, type InferEntity } from '@mikro-orm/core';

/** Where a sentence comes from. The span and the quote stay readable when the document is deleted. */
export const Citation = defineEntity({
  name: 'Citation',
  tableName: 'citation',
  properties: {
    id: p.uuid().primary(),
    messageId: p.uuid(),
    number: p.integer(),
    documentId: p.uuid(),
    documentName: p.text(),
    passageId: p.uuid(),
    page: p.integer().strictNullable(),
    /** How a person names the page. */
    pageLabel: p.text().strictNullable(),
    startOffset: p.integer(),
    endOffset: p.integer(),
    quote: p.text(),
  },
});

export type Citation = InferEntity<typeof Citation>;
