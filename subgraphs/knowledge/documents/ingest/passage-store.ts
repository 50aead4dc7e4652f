import type { SqlEntityManager } from '@mikro-orm/sql';
import { newId } from '../../../../infra/id.ts';
import type { Chunk } from './chunk.ts';
import { passageTerms } from '../../passages/search/words.ts';

/** Rows per transaction. On the embedded database, a transaction blocks all others and the event loop. */
export const ROWS_AT_ONCE = 25;

/** The largest position that a PostgreSQL tsvector can store, and a limit of positions per term. */
const MAX_POSITION = 16_383;
const MAX_POSITIONS_OF_A_WORD = 60;

export interface PassageOwner {
  documentId: string;
  knowledgeBaseId: string;
  /** Its words are part of every passage's title terms. */
  documentName: string;
}

/** Inserts passages. Returns the number of their words. */
export async function insertPassages(em: SqlEntityManager, owner: PassageOwner, chunks: Chunk[], from: number): Promise<number> {
  const rows = chunks.map((chunk, index) => {
    const { title, body } = passageTerms(owner.documentName, chunk);
    return {
      id: newId(),
      document_id: owner.documentId,
      knowledge_base_id: owner.knowledgeBaseId,
      position: from + index,
      page: chunk.page,
      page_label: chunk.label ?? null,
      start_offset: chunk.start,
      end_offset: chunk.end,
      text: chunk.text,
      heading: chunk.heading,
      words: toVector(title, body),
      word_count: body.length,
    };
  });
  await em.execute(
    `insert into knowledge.passage (id, document_id, knowledge_base_id, position, page, page_label, start_offset, end_offset, text, heading, words, word_count)
     select id, document_id, knowledge_base_id, position, page, page_label, start_offset, end_offset, text, heading, words::tsvector, word_count
     from jsonb_to_recordset(?::jsonb) as row (id uuid, document_id uuid, knowledge_base_id uuid, position int, page int, page_label text,
       start_offset int, end_offset int, text text, heading text, words text, word_count int)`,
    [JSON.stringify(rows)],
  );
  return rows.reduce((sum, row) => sum + row.word_count, 0);
}

/**
 * Writes a tsvector in text form. `to_tsvector` is not used because its parser supports one language at a time and
 * treats a Japanese sentence as one word. Index and queries are PostgreSQL's own.
 */
function toVector(title: string[], body: string[]): string {
  const positions = new Map<string, string[]>();
  const note = (terms: string[], weight: string) => {
    terms.forEach((term, index) => {
      const known = positions.get(term) ?? [];
      if (known.length < MAX_POSITIONS_OF_A_WORD && index < MAX_POSITION) known.push(`${index + 1}${weight}`);
      positions.set(term, known);
    });
  };
  // Title positions follow those of the body, because of two weights at the same position only the higher is kept.
  note(body, '');
  title
    .slice(0, 200)
    .forEach((term, index) => positions.set(term, [...(positions.get(term) ?? []), `${Math.min(body.length + index + 1, MAX_POSITION)}A`]));
  return [...positions]
    .filter(([term]) => term !== '')
    .map(([term, at]) => `'${term}':${at.join(',')}`)
    .join(' ');
}
