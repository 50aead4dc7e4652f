import type { SqlMigration } from '../../../infra/database/database.ts';

/** Workers of an older version write none of these columns; their answers are complete without them. */
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
