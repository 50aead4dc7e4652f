import type { SqlEntityManager } from '@mikro-orm/sql';
import { MAX_STALENESS_MS } from '../../../../infra/database/database.ts';
import { byScore, type Hit } from '../../../../infra/vectors/vectors.ts';
import type { Context } from '../../../framework/context.ts';
import { chooseCandidates, countTerms, scoreOf, weighTerms, type Holder, type Totals } from './bm25.ts';
import { SEARCHABLE } from '../../documents/document.entity.ts';

/** The number of passages that are scored exactly: those with the highest-weighted terms. */
const CANDIDATES = 200;
/** Terms are bits of a PostgreSQL integer. */
const MAX_TERMS = 30;

export interface KeywordQuestion {
  knowledgeBaseIds: string[];
  terms: string[];
  limit: number;
}

/**
 * Ranks passages by BM25. PostgreSQL's text index finds every passage with any of the terms; term weights are computed
 * within the searched knowledge bases, so other people's documents do not affect the ranking.
 */
export async function searchKeywords(context: Context, question: KeywordQuestion): Promise<Hit[]> {
  const terms = question.terms.slice(0, MAX_TERMS);
  if (terms.length === 0 || question.knowledgeBaseIds.length === 0) return [];
  const em = context.em.fork();
  const { changedAt, ...totals } = await countAll(em, question.knowledgeBaseIds);
  if (totals.passages === 0) return [];
  const search = (where: SqlEntityManager) => rankHolders(where, { ...question, terms }, totals);
  // A document must be found as soon as its status is READY.
  return Date.now() - changedAt > MAX_STALENESS_MS ? context.read(search) : search(em);
}

async function rankHolders(em: SqlEntityManager, { knowledgeBaseIds, terms, limit }: KeywordQuestion, totals: Totals): Promise<Hit[]> {
  const holders = await findHolders(em, knowledgeBaseIds, terms);
  if (holders.length === 0) return [];
  const weights = weighTerms(terms.length, holders, totals);
  const candidates = chooseCandidates(holders, weights, Math.max(CANDIDATES, limit));
  const vectors = await readVectors(em, candidates);
  return candidates
    .map(({ id, documentId, wordCount }) => {
      const score = scoreOf(countTerms(vectors.get(id) ?? '', terms), weights, wordCount, totals);
      return { id, documentId, score };
    })
    .sort(byScore)
    .slice(0, limit);
}

/** Finds passages with any of the terms in one scan, with a bit for each term. */
async function findHolders(em: SqlEntityManager, knowledgeBaseIds: string[], terms: string[]): Promise<Holder[]> {
  const bits = terms.map((_, index) => `case when p.words @@ ?::tsquery then ${2 ** index} else 0 end`);
  return em.execute<Holder[]>(
    `select p.id, p.document_id as "documentId", p.word_count as "wordCount", ${bits.join(' + ')} as holds
     from knowledge.passage p join knowledge.document d on d.id = p.document_id
     where p.knowledge_base_id in (${marks(knowledgeBaseIds)}) and p.words @@ ?::tsquery and d.status in (${marks(SEARCHABLE)})`,
    [...terms.map(quoted), ...knowledgeBaseIds, terms.map(quoted).join(' | '), ...SEARCHABLE],
  );
}

async function countAll(em: SqlEntityManager, knowledgeBaseIds: string[]): Promise<Totals & { changedAt: number }> {
  const [totals] = await em.execute<(Totals & { changedAt: number })[]>(
    `select coalesce(sum(passage_count), 0)::int as passages, coalesce(sum(word_count), 0)::int as words,
       coalesce(extract(epoch from max(updated_at)) * 1000, 0)::float8 as "changedAt"
     from knowledge.document where knowledge_base_id in (${marks(knowledgeBaseIds)}) and status in (${marks(SEARCHABLE)})`,
    [...knowledgeBaseIds, ...SEARCHABLE],
  );
  return totals!;
}

async function readVectors(em: SqlEntityManager, candidates: Holder[]): Promise<Map<string, string>> {
  const ids = candidates.map(({ id }) => id);
  const rows = await em.execute<{ id: string; words: string }[]>(
    `select id, words::text as words from knowledge.passage where id in (${marks(ids)})`,
    ids,
  );
  return new Map(rows.map(({ id, words }) => [id, words]));
}

function marks(values: unknown[]): string {
  return values.map(() => '?').join(', ');
}

/** Terms have only letters and digits (see words.ts), so they need no escaping. */
function quoted(term: string): string {
  return `'${term}'`;
}
