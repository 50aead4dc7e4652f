import type { SqlMigration } from '../../../infra/database/database.ts';

/** A worker of an older version neither reads the column nor needs to write it. */
export const migration: SqlMigration = {
  name: '0002-handed-back',
  up: `alter table conversations.run add column handed_back int not null default 0`,
};
