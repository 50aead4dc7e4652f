import type { SqlMigration } from '../../../infra/database/database.ts';

/** Lets quotas count a person's documents without reading those of others. */
export const documentOwner: SqlMigration = {
  name: '0007-document-owner',
  up: 'create index on knowledge.document (owner_id) include (size_bytes);',
};
