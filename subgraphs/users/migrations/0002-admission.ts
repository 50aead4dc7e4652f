import type { SqlMigration } from '../../../infra/database/database.ts';

export const admissionTables: SqlMigration = {
  name: '0002-admission',
  up: `
create table users.invitation (
  id uuid primary key,
  token_hash text not null unique,
  email text not null,
  email_key text not null,
  role text not null check (role in ('USER', 'EDITOR', 'ADMIN')),
  invited_by uuid not null references users."user" (id) on delete cascade,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz
);

-- Sign-ins since the last successful one, by the hash of the account's address; rows of unknown addresses too.
create table users.sign_in_attempt (
  account_hash text primary key,
  attempts integer not null,
  attempted_at timestamptz not null,
  blocked_until timestamptz not null
);
create index sign_in_attempt_age on users.sign_in_attempt (attempted_at);

-- Network addresses from which a person signed in, so that guesses from elsewhere do not lock them out.
create table users.known_address (
  user_id uuid not null references users."user" (id) on delete cascade,
  address_hash text not null,
  seen_at timestamptz not null,
  primary key (user_id, address_hash)
);
`,
};
