import type { SqlMigration } from '../../../infra/database/database.ts';

/** Workers of an older version neither read nor write the column. */
export const migration: SqlMigration = {
  name: '0002-handed-back',
  up: `alter table conversations.run add column handed_back int not null default 0`,
};
