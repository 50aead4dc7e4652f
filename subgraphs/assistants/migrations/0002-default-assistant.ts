import type { SqlMigration } from '../../../infra/database/database.ts';

/** Processes of an older version write rows without the flag: those are not default assistants. */
export const migration: SqlMigration = {
  name: '0002-default-assistant',
  up: `
    alter table assistants.assistant add column is_default boolean not null default false;
    create unique index assistant_default on assistants.assistant (owner_id) where is_default and deleted_at is null;
  `,
};
