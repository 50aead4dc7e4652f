import type { SqlMigration } from '../../../infra/database/database.ts';

export const migration: SqlMigration = {
  name: '0006-page-labels',
  up: `
    alter table conversations.citation add column page_label text;
    update conversations.citation set page_label = 'Page ' || page where page is not null;
  `,
};
