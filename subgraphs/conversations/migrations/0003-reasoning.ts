import type { SqlMigration } from '../../../infra/database/database.ts';

/** A worker of an older version writes none of these, and its answers stay whole without them. */
export const migration: SqlMigration = {
  name: '0003-reasoning',
  up: `
    alter table conversations.message
      add column reasoning text,
      add column reasoning_duration_ms int,
      add column is_truncated boolean not null default false;
    alter table conversations.run add column failure_detail text;
  `,
};
