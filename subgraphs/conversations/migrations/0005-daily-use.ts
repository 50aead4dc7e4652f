import type { SqlMigration } from '../../../infra/database/database.ts';

export const dailyUse: SqlMigration = {
  name: '0005-daily-use',
  up: `
    create table conversations.daily_use (
      owner_id uuid not null,
      day date not null,
      messages int not null,
      tokens bigint not null,
      primary key (owner_id, day)
    );
    create index on conversations.run (owner_id) where status in ('QUEUED', 'RUNNING');
  `,
};
