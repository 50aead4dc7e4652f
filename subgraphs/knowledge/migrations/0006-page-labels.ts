import type { SqlMigration } from '../../../infra/database/database.ts';

export const migration: SqlMigration = {
  name: '0006-page-labels',
  up: `
    alter table knowledge.document_page add column label text;
    alter table knowledge.passage add column page_label text;
  `,
};
