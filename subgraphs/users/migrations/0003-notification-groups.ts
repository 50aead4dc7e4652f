import type { SqlMigration } from '../../../infra/database/database.ts';

/** Events of one group share a notification while it is unread; `fact_ids` prevents a redelivered event from counting twice. */
export const notificationGroups: SqlMigration = {
  name: '0003-notification-groups',
  up: `
    alter table users.notification add column group_key text;
    alter table users.notification add column fact_ids text[] not null default '{}';
    create index notification_group on users.notification (user_id, group_key) where read_at is null and group_key is not null;
  `,
};
