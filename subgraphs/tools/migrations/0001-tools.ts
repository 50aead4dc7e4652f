import type { SqlMigration } from '../../../infra/database/database.ts';

export const toolsTables: SqlMigration = {
  name: '0001-tools',
  up: `
    create table tools.tool_call (
      id uuid primary key,
      owner_id uuid not null,
      run_id uuid,
      tool_id text not null,
      idempotency_key text,
      arguments jsonb not null,
      result jsonb,
      status text not null check (status in ('RUNNING', 'SUCCEEDED', 'FAILED')),
      failure_code text,
      failure text,
      duration_ms int,
      created_at timestamptz not null
    );
    create unique index on tools.tool_call (owner_id, coalesce(run_id, '00000000-0000-0000-0000-000000000000'), idempotency_key) where idempotency_key is not null;
    create index on tools.tool_call (run_id, id) where run_id is not null;
  `,
};
