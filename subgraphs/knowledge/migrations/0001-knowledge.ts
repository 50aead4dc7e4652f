import type { SqlMigration } from '../../../infra/database/database.ts';

export const migration: SqlMigration = {
  name: '0001-knowledge',
  up: `
    create table knowledge.knowledge_base (
      id uuid primary key,
      owner_id uuid not null,
      name text not null,
      description text not null,
      created_at timestamptz not null,
      updated_at timestamptz not null
    );
    create index on knowledge.knowledge_base (owner_id, id desc);

    create table knowledge.document (
      id uuid primary key,
      knowledge_base_id uuid not null references knowledge.knowledge_base (id) on delete cascade,
      owner_id uuid not null,
      name text not null,
      media_type text not null,
      size_bytes bigint not null,
      sha256 text,
      status text not null check (status in ('AWAITING_FILE', 'QUEUED', 'EXTRACTING', 'EMBEDDING', 'INDEXING', 'READY', 'FAILED')),
      failure text,
      failure_code text,
      page_count int,
      passage_count int not null default 0,
      word_count int not null default 0,
      character_count int,
      duplicate_of uuid references knowledge.document (id) deferrable initially deferred,
      embedding_model text,
      embedding_target text,
      embedded_passages int not null default 0,
      upload_key text,
      attempts int not null default 0,
      lease uuid,
      lease_until timestamptz,
      created_at timestamptz not null,
      updated_at timestamptz not null
    );
    create index on knowledge.document (knowledge_base_id, id desc);
    create index on knowledge.document (knowledge_base_id, sha256);
    create index on knowledge.document (duplicate_of) where duplicate_of is not null;
    create index on knowledge.document (status) where status <> 'READY';
    create index on knowledge.document (lease_until) where lease is not null;

    create table knowledge.document_page (
      document_id uuid not null references knowledge.document (id) on delete cascade,
      position int not null,
      number int,
      start_offset int not null,
      text text not null,
      primary key (document_id, position)
    );

    create table knowledge.passage (
      id uuid primary key,
      document_id uuid not null references knowledge.document (id) on delete cascade,
      knowledge_base_id uuid not null,
      position int not null,
      page int,
      start_offset int not null,
      end_offset int not null,
      text text not null,
      heading text not null,
      words tsvector not null,
      word_count int not null,
      unique (document_id, position)
    )
    -- Compressed, its words would be unpacked again for each term of each question.
    with (toast_tuple_target = 8160);
    create index on knowledge.passage using gin (words);
    create index on knowledge.passage (knowledge_base_id);

    create table knowledge.vector_space (
      model text not null,
      dimensions int not null,
      primary key (model, dimensions)
    );
  `,
};
