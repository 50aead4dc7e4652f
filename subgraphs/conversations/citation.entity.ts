import { defineEntity, p, type InferEntity } from '@mikro-orm/core';

/** The source of a statement. The span and the quote are copies, so they remain when the document is deleted. */
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
    /** The display name of the page. */
    pageLabel: p.text().strictNullable(),
    startOffset: p.integer(),
    endOffset: p.integer(),
    quote: p.text(),
  },
});

export type Citation = InferEntity<typeof Citation>;
