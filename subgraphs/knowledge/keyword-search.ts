import type { SqlEntityManager } from '@mikro-orm/sql';
import { SEARCHABLE } from './document.entity.ts';
import type { Ranked } from './rank.ts';

/** How quickly more of the same word stops to matter, and how much long passages are held back; the usual values. */
const K1 = 1.2;
const B = 0.75;
/** A word of the document's name or of a heading counts as this many in the body. */
const TITLE_WEIGHT = 2;
/** Passages that hold the rarest words of the question; only these are scored exactly. */
const CANDIDATES = 300;
/** Of one document; a document that repeats itself a thousand times must not keep others out. */
const CANDIDATES_OF_ONE = 30;

export interface KeywordQuestion {
  knowledgeBaseIds: string[];
  terms: string[];
  limit: number;
}

/**
 * The passages whose words answer the question best, by BM25 (S. Robertson, H. Zaragoza, "The Probabilistic Relevance
 * Framework: BM25 and Beyond", 2009), with PostgreSQL's text index finding every passage that has any of the words.
 * Frequencies are those within the asked knowledge bases: what others keep changes nobody's ranking.
 */
export async function searchKeywords(em: SqlEntityManager, { knowledgeBaseIds, terms, limit }: KeywordQuestion): Promise<Ranked[]> {
  if (terms.length === 0 || knowledgeBaseIds.length === 0) return [];
  const bases = knowledgeBaseIds.map(() => '?').join(', ');
  const statuses = SEARCHABLE.map(() => '?').join(', ');
  return em.execute<Ranked[]>(
    `with term as (
       select lexeme, ('''' || lexeme || '''')::tsquery as query from jsonb_array_elements_text(?::jsonb) as lexeme
     ), scope as (
       select id, passage_count, word_count from knowledge.document where knowledge_base_id in (${bases}) and status in (${statuses}) and duplicate_of is null
     ), total as (
       select greatest(sum(passage_count), 1)::float8 as passages, greatest(sum(word_count), 1)::float8 / greatest(sum(passage_count), 1) as length from scope
     ), found as materialized (
       select p.id, p.document_id, p.words, p.word_count from knowledge.passage p
       where p.knowledge_base_id in (${bases}) and p.words @@ ?::tsquery and p.document_id in (select id from scope)
     ), weighed as materialized (
       select t.lexeme, t.query, ln(1 + (total.passages - frequency.passages + 0.5) / (frequency.passages + 0.5)) as weight
       from term t cross join total
       cross join lateral (select count(*)::float8 as passages from found f where f.words @@ t.query) as frequency
       where frequency.passages > 0
     ), reaching as (
       select f.*, reach.bound, row_number() over (partition by f.document_id order by reach.bound desc, f.word_count, f.id) as place from found f
       cross join lateral (select sum(w.weight) as bound from weighed w where f.words @@ w.query) as reach
     ), candidate as materialized (
       select id, words, word_count from reaching where place <= ${CANDIDATES_OF_ONE} order by bound desc, word_count, id limit ${CANDIDATES}
     )
     select c.id, sum(w.weight * seen.times * ${K1 + 1} / (seen.times + ${K1} * (1 - ${B} + ${B} * c.word_count / total.length))) as score
     from candidate c cross join total
     cross join lateral unnest(c.words) as u
     join weighed w on w.lexeme = u.lexeme
     cross join lateral (select sum(case when kind = 'A' then ${TITLE_WEIGHT} else 1 end)::float8 as times from unnest(u.weights) as kind) as seen
     group by c.id order by score desc, c.id limit ${Number(limit)}`,
    [JSON.stringify(terms), ...knowledgeBaseIds, ...SEARCHABLE, ...knowledgeBaseIds, terms.map((term) => `'${term}'`).join(' | ')],
  );
}
