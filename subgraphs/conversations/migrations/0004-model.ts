import type { SqlMigration } from '../../../infra/database/database.ts';

/** A worker of an older version answers with the model of the assistant. */
export const migration: SqlMigration = {
  name: '0004-model',
  up: `alter table conversations.conversation add column model text`,
};
