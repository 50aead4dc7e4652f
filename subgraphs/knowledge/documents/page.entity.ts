import { defineEntity, p, type InferEntity } from '@mikro-orm/core';

/** The text of a page as it was read. `position` counts from 1, whether the kind of file has pages or not. */
export const Page = defineEntity({
  name: 'Page',
  tableName: 'document_page',
  properties: {
    documentId: p.uuid().primary(),
    position: p.integer().primary(),
    number: p.integer().strictNullable(),
    /** How a person names it where that is more than the number of a page. */
    label: p.text().strictNullable(),
    start: p.integer().name('start_offset'),
    text: p.text(),
  },
});

export type Page = InferEntity<typeof Page>;

/** How a person names a page: by its own label, or by its number; null where the kind of file has no pages. */
export function labelOf(number: number | null, label: string | null): string | null {
  return label ?? (number === null ? null : `Page ${number}`);
}
