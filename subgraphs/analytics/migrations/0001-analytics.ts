import type { SqlMigration } from '../../../infra/database/database.ts';

export const analyticsTables: SqlMigration = {
  name: '0001-analytics',
  up: `
create table analytics.usage (
  run_id uuid primary key,
  owner_id uuid not null,
  assistant_id uuid not null,
  model text not null,
  status text not null,
  input_tokens integer not null,
  output_tokens integer not null,
  estimated boolean not null,
  duration_ms integer not null,
  time_to_first_token_ms integer,
  cost_usd double precision,
  price_version text,
  finished_at timestamptz not null
);
create index usage_owner on analytics.usage (owner_id, finished_at);
create index usage_finished on analytics.usage (finished_at);

-- Runs that began and have not been heard of since.
create table analytics.active_run (
  run_id uuid primary key,
  started_at timestamptz not null
);

create table analytics.audit_entry (
  id uuid primary key,
  at timestamptz not null,
  actor_id uuid,
  action text not null,
  target_type text not null,
  target_id text,
  detail jsonb not null,
  request_id text not null,
  ip text
);
create index audit_newest on analytics.audit_entry (at desc, id desc);
create index audit_actor on analytics.audit_entry (actor_id, at desc, id desc);
create index audit_target on analytics.audit_entry (target_id, at desc, id desc);
create index audit_action on analytics.audit_entry (action, at desc, id desc);

create function analytics.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'The audit log only grows.';
end
$$;
create trigger audit_entry_only_grows before update or delete or truncate on analytics.audit_entry
  for each statement execute function analytics.refuse_change();
`,
};
