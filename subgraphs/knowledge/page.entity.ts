import { defineEntity, p, type InferEntity } from '@mikro-orm/core';

/** The text of a page as it was read. `position` counts from 1, whether the kind of file has pages or not. */
export const Page = defineEntity({
  name: 'Page',
  tableName: 'document_page',
  properties: {
    documentId: p.uuid().primary(),
    position: p.integer().primary(),
    number: p.integer().strictNullable(),
    start: p.integer().name('start_offset'),
    text: p.text(),
  },
});

export type Page = InferEntity<typeof Page>;
