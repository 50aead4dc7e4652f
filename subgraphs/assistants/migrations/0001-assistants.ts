import type { SqlMigration } from '../../../infra/database/database.ts';

export const migration: SqlMigration = {
  name: '0001-assistants',
  up: `
    create table assistants.assistant (
      id uuid primary key,
      owner_id uuid not null,
      name text not null,
      description text not null,
      version int not null,
      version_id uuid not null,
      created_at timestamptz not null,
      updated_at timestamptz not null,
      deleted_at timestamptz
    );
    create index on assistants.assistant (owner_id, updated_at desc, id desc) where deleted_at is null;

    create table assistants.assistant_version (
      id uuid primary key,
      assistant_id uuid not null references assistants.assistant (id) deferrable initially deferred,
      owner_id uuid not null,
      number int not null,
      name text not null,
      instructions text not null,
      model text,
      temperature double precision,
      knowledge_base_ids jsonb not null,
      tool_ids jsonb not null,
      starters jsonb not null,
      created_at timestamptz not null,
      unique (assistant_id, number)
    );
    create index on assistants.assistant_version using gin (knowledge_base_ids);
  `,
};
