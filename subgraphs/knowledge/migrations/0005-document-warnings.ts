import type { SqlMigration } from '../../../infra/database/database.ts';

export const migration: SqlMigration = {
  name: '0005-document-warnings',
  up: `
    alter table knowledge.document add column warnings jsonb not null default '[]';
  `,
};
