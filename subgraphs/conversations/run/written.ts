import type { SqlEntityManager } from '@mikro-orm/sql';

/** The output of a run: text and reasoning. */
export interface Written {
  text: string;
  reasoning: string;
}

export const NOTHING_WRITTEN: Written = { text: '', reasoning: '' };

/** Reads the output of the newest started attempt of each run from the log. */
export async function writtenByRun(em: SqlEntityManager, runIds: string[]): Promise<Map<string, Written>> {
  const rows = await em.execute<{ run_id: string; text: string | null; reasoning: string | null; retracted: boolean }[]>(
    `select e.run_id,
       string_agg(e.data->>'text', '' order by e.seq) filter (where e.kind = 'TextDelta') as text,
       string_agg(e.data->>'text', '' order by e.seq) filter (where e.kind = 'ReasoningDelta') as reasoning,
       bool_or(e.kind = 'TextRetracted') as retracted
     from conversations.run_event e where ${ofNewestAttempt(runIds)} group by e.run_id`,
    runIds,
  );
  const retracted = rows.filter((row) => row.retracted).map((row) => row.run_id);
  const replayed = retracted.length > 0 ? await replay(em, retracted) : new Map<string, Written>();
  return new Map(rows.map((row) => [row.run_id, replayed.get(row.run_id) ?? { text: row.text ?? '', reasoning: row.reasoning ?? '' }]));
}

/** Moves the end of the text to the reasoning, for models that mark only the end of their reasoning. */
export function retract({ text, reasoning }: Written, characters: number): Written {
  const end = Math.max(0, text.length - characters);
  return { text: text.slice(0, end), reasoning: reasoning + text.slice(end) };
}

/** Assembles the output event by event, for runs with retracted text. */
async function replay(em: SqlEntityManager, runIds: string[]): Promise<Map<string, Written>> {
  const events = await em.execute<{ run_id: string; kind: string; data: { text?: string; characters?: number } }[]>(
    `select e.run_id, e.kind, e.data from conversations.run_event e where ${ofNewestAttempt(runIds)} order by e.run_id, e.seq`,
    runIds,
  );
  const written = new Map<string, Written>();
  for (const { run_id: runId, kind, data } of events) {
    const { text, reasoning } = written.get(runId) ?? NOTHING_WRITTEN;
    if (kind === 'TextDelta') written.set(runId, { text: text + data.text, reasoning });
    else if (kind === 'ReasoningDelta') written.set(runId, { text, reasoning: reasoning + data.text });
    else written.set(runId, retract({ text, reasoning }, data.characters ?? 0));
  }
  return written;
}

function ofNewestAttempt(runIds: string[]): string {
  return `e.run_id in (${runIds.map(() => '?').join(', ')}) and e.kind in ('TextDelta', 'ReasoningDelta', 'TextRetracted')
    and e.attempt = (select max(s.attempt) from conversations.run_event s where s.run_id = e.run_id and s.kind = 'RunStarted')`;
}
