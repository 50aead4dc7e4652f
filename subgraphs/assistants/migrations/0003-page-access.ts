import type { SqlMigration } from '../../../infra/database/database.ts';

/** Processes of an older version write no choice: the column's default applies. */
export const migration: SqlMigration = {
  name: '0003-page-access',
  up: `alter table assistants.assistant_version add column page_access text not null default 'NAMED';`,
};
