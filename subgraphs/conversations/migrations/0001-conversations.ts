import type { SqlMigration } from '../../../infra/database/database.ts';

/**
 * Foreign keys are deferred to the commit, so that rows that reference each other may be inserted in any order.
 */
export const migration: SqlMigration = {
  name: '0001-conversations',
  up: `
    create table conversations.conversation (
      id uuid primary key,
      owner_id uuid not null,
      assistant_id uuid not null,
      assistant_deleted boolean not null default false,
      title text not null,
      title_is_automatic boolean not null,
      selected_leaf_id uuid,
      created_at timestamptz not null,
      updated_at timestamptz not null
    );
    create index on conversations.conversation (owner_id, updated_at desc, id desc);
    create index on conversations.conversation (assistant_id);

    create table conversations.message (
      id uuid primary key,
      conversation_id uuid not null references conversations.conversation (id) on delete cascade deferrable initially deferred,
      owner_id uuid not null,
      role text not null,
      text text not null,
      parent_id uuid references conversations.message (id) on delete cascade deferrable initially deferred,
      run_id uuid,
      created_at timestamptz not null,
      search tsvector generated always as (to_tsvector('simple', text)) stored
    );
    create index on conversations.message (conversation_id, id);
    create index on conversations.message (parent_id);
    create index on conversations.message using gin (search);

    create table conversations.idempotency (
      owner_id uuid not null,
      key text not null,
      fingerprint text not null,
      message_id uuid not null references conversations.message (id) on delete cascade deferrable initially deferred,
      run_id uuid not null,
      created_at timestamptz not null,
      primary key (owner_id, key)
    );

    create table conversations.run (
      id uuid primary key,
      conversation_id uuid not null references conversations.conversation (id) on delete cascade deferrable initially deferred,
      owner_id uuid not null,
      message_id uuid not null references conversations.message (id) on delete cascade deferrable initially deferred,
      question_id uuid not null references conversations.message (id) on delete cascade deferrable initially deferred,
      assistant_id uuid not null,
      assistant_version_id uuid not null,
      status text not null,
      attempt int not null,
      last_seq int not null,
      worker text,
      lease_until timestamptz not null,
      stop_requested_at timestamptz,
      actor jsonb not null,
      model text,
      failure_code text,
      failure text,
      created_at timestamptz not null,
      started_at timestamptz,
      first_token_at timestamptz,
      finished_at timestamptz
    );
    create index on conversations.run (message_id);
    create index on conversations.run (conversation_id);
    create index on conversations.run (lease_until) where status in ('QUEUED', 'RUNNING');

    create table conversations.run_event (
      run_id uuid not null references conversations.run (id) on delete cascade deferrable initially deferred,
      attempt int not null,
      seq int not null,
      kind text not null,
      data jsonb not null,
      at timestamptz not null,
      primary key (run_id, attempt, seq)
    );

    create table conversations.citation (
      id uuid primary key,
      message_id uuid not null references conversations.message (id) on delete cascade deferrable initially deferred,
      number int not null,
      document_id uuid not null,
      document_name text not null,
      passage_id uuid not null,
      page int,
      start_offset int not null,
      end_offset int not null,
      quote text not null,
      unique (message_id, number)
    );
  `,
};
