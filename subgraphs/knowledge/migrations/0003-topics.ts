import type { SqlMigration } from '../../../infra/database/database.ts';

export const migration: SqlMigration = {
  name: '0003-topics',
  up: `
    create table knowledge.topic_analysis (
      knowledge_base_id uuid primary key references knowledge.knowledge_base (id) on delete cascade,
      fingerprint text not null,
      computed_at timestamptz not null
    );

    create table knowledge.topic (
      id uuid primary key,
      knowledge_base_id uuid not null references knowledge.knowledge_base (id) on delete cascade,
      position int not null,
      terms text[] not null,
      passage_count int not null
    );
    create index on knowledge.topic (knowledge_base_id);

    create table knowledge.topic_document (
      topic_id uuid not null references knowledge.topic (id) on delete cascade,
      document_id uuid not null references knowledge.document (id) on delete cascade,
      passage_count int not null,
      primary key (topic_id, document_id)
    );
    create index on knowledge.topic_document (document_id);
  `,
};
