import type { SqlMigration } from '../../../infra/database/database.ts';

/** An older process writes no choice: its assistants open what was named. */
export const migration: SqlMigration = {
  name: '0003-page-access',
  up: `alter table assistants.assistant_version add column page_access text not null default 'NAMED';`,
};
