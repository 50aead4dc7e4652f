import type { SqlMigration } from '../../../infra/database/database.ts';

/** An older version writes no default assistant, and its rows are none. */
export const migration: SqlMigration = {
  name: '0002-default-assistant',
  up: `
    alter table assistants.assistant add column is_default boolean not null default false;
    create unique index assistant_default on assistants.assistant (owner_id) where is_default and deleted_at is null;
  `,
};
