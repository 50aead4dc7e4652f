import { cpus, loadavg } from 'node:os';
import { missingServers } from '../support/deployment/deployment.ts';
import { foundCompany, type Company } from './drill/company.ts';
import { damageCopy, keepBackups, type DrillState } from './drill/backups.ts';
import { loseInTheMiddle } from './drill/loss.ts';
import { addHistory } from './drill/history.ts';
import { recoverMoment, recoverWhatIsArchived, restoreBackup } from './drill/recovery.ts';
import { Report } from './drill/report.ts';
import { Site } from './drill/site.ts';
import { megabytes, Vault } from './drill/vault.ts';
import { Witness } from './drill/witness.ts';

// A disaster recovery drill: people use a product on real servers and backups are made; then every process, server and file is deleted,
// and the backups must restore all. Each step compares with the state before, and the drill fails where something is missing. Argument:
// the number of people.

const people = Number(process.argv[2] ?? 60);
/** Copies of each first conversation, so that each person has as many as after a year. */
const COPIES = 60;

interface Counts {
  messages: number;
  events: number;
  entries: number;
  documents: number;
  passages: number;
  bytes: string;
}
const COUNTS = `select (select count(*) from conversations.message)::int as messages, (select count(*) from conversations.run_event)::int as events,
  (select count(*) from analytics.audit_entry)::int as entries, (select count(*) from knowledge.document)::int as documents,
  (select count(*) from knowledge.passage)::int as passages, pg_database_size(current_database()) as bytes`;

if (missingServers) {
  process.stdout.write(`skipped: ${missingServers}\n`);
  process.exit(0);
}
const vault = new Vault();
const site = await Site.prepare({ postgres: vault.archiving });
const vectors = site.deployment.vectors.setting === 'WEAVIATE_URL' ? 'Weaviate' : 'pgvector in the embedded engine';
process.stdout.write(`${cpus().length} cores, load ${loadavg()[0]!.toFixed(1)} before it began; vectors by ${vectors}\n\n`);
const report = new Report();
try {
  await site.open();
  const { company, witness } = await fill(site);
  const kept: DrillState = { site, company, witness, vault, report };
  await keepBackups(kept);
  const loss = await loseInTheMiddle(kept);
  await restoreBackup(kept, loss);
  await recoverMoment(kept, loss);
  await recoverWhatIsArchived(kept, loss);
  await damageCopy(kept);
} finally {
  await site.leave();
  vault.forget();
}
process.stdout.write(`\nload ${loadavg()[0]!.toFixed(1)} at the end\n`);

async function fill(to: Site): Promise<{ company: Company; witness: Witness }> {
  const company = await report.step(
    `${people} people move in`,
    () => foundCompany(to.deployment, people),
    ({ documents }) => `through the door: a conversation each, ${documents} documents of 6 kinds`,
  );
  const first = company.members.map(({ conversationId }) => conversationId);
  await report.step(
    'a year passes',
    () => addHistory(to.deployment.settings['DATABASE_URL']!, first, COPIES),
    () => `by SQL: each conversation ${COPIES} times more, with its run, events, citations, usage and audit entries`,
  );
  const witness = new Witness(company.founder);
  await witness.remember(to);
  const { messages, events, entries, documents, passages, bytes } = await to.ask<Counts>(COUNTS);
  const rows = `${messages} messages with ${events} run events, ${entries} audit entries, ${documents} documents with ${passages} passages`;
  report.row('what there is', '', `${rows}; the database has ${megabytes(Number(bytes))}`);
  return { company, witness };
}
