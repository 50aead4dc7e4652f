import type { SqlMigration } from '../../../infra/database/database.ts';

export const usersTables: SqlMigration = {
  name: '0001-users',
  up: `
create table users."user" (
  id uuid primary key,
  email text not null,
  email_key text not null unique,
  name text not null,
  role text not null check (role in ('USER', 'EDITOR', 'ADMIN')),
  password_hash text not null,
  created_at timestamptz not null
);

-- One row at most: whose sign-up came first, however many came at once.
create table users.founder (
  single boolean primary key default true check (single),
  user_id uuid not null references users."user" (id) deferrable initially deferred
);

create table users.session (
  id uuid primary key,
  user_id uuid not null references users."user" (id) on delete cascade,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz,
  revoked_for text check (revoked_for in ('SIGN_OUT', 'REUSE')),
  check ((revoked_at is null) = (revoked_for is null))
);
create index session_owner on users.session (user_id);

create table users.refresh_token (
  hash text primary key,
  session_id uuid not null references users.session (id) on delete cascade,
  expires_at timestamptz not null,
  used_at timestamptz,
  nonce text,
  check ((used_at is null) = (nonce is null))
);
create index refresh_token_session on users.refresh_token (session_id);

create table users.notification (
  id uuid primary key,
  user_id uuid not null references users."user" (id) on delete cascade,
  fact_id text not null,
  kind text not null,
  title text not null,
  body text not null,
  link text,
  created_at timestamptz not null,
  read_at timestamptz,
  unique (user_id, fact_id)
);
create index notification_newest on users.notification (user_id, id desc);
create index notification_unread on users.notification (user_id, id desc) where read_at is null;
`,
};
