import { defineEntity, p, type InferEntity } from '@mikro-orm/core';

/** The extracted text of a page. `position` counts from 1, with or without page numbers. */
export const Page = defineEntity({
  name: 'Page',
  tableName: 'document_page',
  properties: {
    documentId: p.uuid().primary(),
    position: p.integer().primary(),
    number: p.integer().strictNullable(),
    /** The display name if it is more than a page number. */
    label: p.text().strictNullable(),
    start: p.integer().name('start_offset'),
    text: p.text(),
  },
});

export type Page = InferEntity<typeof Page>;

/** Returns the display name of a page: its label or its number; null if the format has no pages. */
export function labelOf(number: number | null, label: string | null): string | null {
  return label ?? (number === null ? null : `Page ${number}`);
}
