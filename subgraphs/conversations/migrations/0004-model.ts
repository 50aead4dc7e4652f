import type { SqlMigration } from '../../../infra/database/database.ts';

/** Workers of an older version use the model of the assistant. */
export const migration: SqlMigration = {
  name: '0004-model',
  up: `alter table conversations.conversation add column model text`,
};
