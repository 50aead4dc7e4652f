import type { SqlMigration } from '../../../infra/database/database.ts';

export const migration: SqlMigration = {
  name: '0004-index-words',
  up: `
    -- What stands there already was put without words, as is what an older process still adds.
    alter table knowledge.vector_index_document add column words boolean not null default false;
  `,
};
