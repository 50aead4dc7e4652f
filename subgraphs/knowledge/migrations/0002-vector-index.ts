import type { SqlMigration } from '../../../infra/database/database.ts';

export const migration: SqlMigration = {
  name: '0002-vector-index',
  up: `
    create table knowledge.vector_index (
      id uuid primary key,
      collection text not null,
      model text not null,
      dimensions int,
      state text not null check (state in ('BUILDING', 'ACTIVE', 'RETIRED', 'FAILED')),
      failure text,
      faults int not null default 0,
      beat_at timestamptz,
      created_at timestamptz not null,
      finished_at timestamptz,
      dropped_at timestamptz
    );
    create unique index on knowledge.vector_index (state) where state in ('BUILDING', 'ACTIVE');

    create table knowledge.vector_index_document (
      index_id uuid not null references knowledge.vector_index (id) on delete cascade,
      document_id uuid not null,
      knowledge_base_id uuid not null,
      done boolean not null,
      primary key (index_id, document_id)
    );
    create index on knowledge.vector_index_document (document_id);

    -- What was one collection for each model becomes an index to be replaced.
    insert into knowledge.vector_index (id, collection, model, dimensions, state, created_at, finished_at)
      select gen_random_uuid(), model, model, dimensions, 'RETIRED', now(), now() from knowledge.vector_space;
    drop table knowledge.vector_space;
    alter table knowledge.document drop column embedding_model;
  `,
};
