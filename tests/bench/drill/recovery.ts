import { run, tookOf, type DrillState } from './backups.ts';
import type { Loss } from './loss.ts';
import { seconds } from './report.ts';
import { Site } from './site.ts';
import { isRecovered, lookAt } from './vault.ts';
import type { Write } from './writers.ts';

const LATE = 'query ($id: ID!) { document(id: $id) { status passageCount downloadUrl } }';

/** Restores the backup on new servers and starts all roles, until everything works as before. */
export async function restoreBackup({ witness, vault, report }: DrillState, { writes }: Loss): Promise<void> {
  const began = performance.now();
  const since = () => `${seconds(performance.now() - began)} after the loss`;
  const site = await Site.prepare();
  report.row('new, empty servers', seconds(performance.now() - began), '');
  try {
    const output = await run('restore', [vault.backup], site.deployment.settings);
    report.row('`npm run restore`', tookOf(output), `${/compared: (.*?)\. Vectors/.exec(output)![1]}; ${since()}`);
    await report.step('all roles until the door is ready', () => site.open(), since);
    const token = await report.step('the first sign-in', () => witness.signIn(site), since);
    await report.step('an old conversation, with its citations and their files', () => witness.readAgain(site, token), since);
    await report.step('the first search by words', () => witness.findByWords(site, token), since);
    await report.step(
      'search by vectors finds the same as before',
      () => witness.findByVectors(site, token),
      (documents) => `${documents} documents were indexed anew; ${since()}`,
    );
    await witness.compareRows(site);
    const ids = await presentIn((sql) => site.ask(sql), writes);
    if (ids.size > 0) throw new Error('there is something in the backup that came after it');
    report.row('lost with a backup alone', '', `all ${writes.length} messages that were acknowledged after it`);
  } finally {
    await site.leave();
  }
}

/** Recovers the base backup and the write-ahead log to the target time, files from the backup, and vectors from the texts. */
export async function recoverMoment(
  { site: lost, company, witness, vault, report }: DrillState,
  { moment, writes, lateDocumentId }: Loss,
): Promise<void> {
  const began = performance.now();
  const since = () => `${seconds(performance.now() - began)} after the loss`;
  const site = await Site.prepare({ postgres: await vault.copyBase(moment), database: lost.database });
  try {
    await isRecovered((sql) => site.ask(sql));
    report.row('recovery to a moment, on new servers', seconds(performance.now() - began), '');
    const found = await presentIn((sql) => site.ask(sql), writes);
    report.row('what is there then', '', judge(writes, found, moment.getTime()));
    await report.step(
      'the files of the backup into the bucket',
      () => vault.putFiles(site),
      (count) => `${count} files`,
    );
    await report.step('all roles until the door is ready', () => site.open(), since);
    const token = await witness.signIn(site);
    await witness.readAgain(site, token);
    await witness.compareRows(site);
    await witness.findByWords(site, token);
    report.row('sign-in, an old conversation, search by words', '', since());
    await report.step(
      'search by vectors finds the same as before',
      () => witness.findByVectors(site, token),
      (documents) => `${documents} documents were indexed anew; ${since()}`,
    );
    const { document } = await site.deployment.ask(LATE, { id: lateDocumentId }, await witness.signIn(site, company.keepers.at(-1)!));
    if (document.status !== 'READY' || document.passageCount === 0) throw new Error('the text of the late document is not there');
    const { status } = await fetch(document.downloadUrl);
    report.row('a document that came after the backup', '', `its text is there, its file is not (${status})`);
  } finally {
    await site.leave();
  }
}

/** Recovers everything that was archived; the difference is the recovery point. */
export async function recoverWhatIsArchived({ site: lost, vault, report }: DrillState, { at, writes }: Loss): Promise<void> {
  const began = performance.now();
  const found = await presentIn((sql) => vault.copyBase().then((options) => lookAt(options, lost.database, sql)), writes);
  const missing = writes.filter(({ messageId }) => !found.has(messageId));
  const kept = writes.filter(({ messageId }) => found.has(messageId));
  const gap = missing.find(({ acknowledgedAt }) => kept.some(({ begunAt }) => begunAt > acknowledgedAt));
  if (gap || kept.length === 0) throw new Error(`what came back is not what came first: ${JSON.stringify(gap)}`);
  const lostMs = missing[0] ? at - missing[0].acknowledgedAt : 0;
  const what = `${kept.length} of ${writes.length} acknowledged messages; what is lost was acknowledged in the last ${seconds(lostMs)}`;
  report.row('recovery to the end of the archive', seconds(performance.now() - began), what);
}

/** Returns which of the messages are in the database. */
async function presentIn(ask: (sql: string) => Promise<{ ids: string[] }>, writes: Write[]): Promise<Set<string>> {
  const wanted = writes.map(({ messageId }) => `'${messageId}'`).join(', ');
  const { ids } = await ask(`select coalesce(json_agg(id), '[]') as ids from conversations.message where id in (${wanted})`);
  return new Set(ids);
}

function judge(writes: Write[], found: Set<string>, moment: number): string {
  const before = writes.filter(({ acknowledgedAt }) => acknowledgedAt < moment);
  const after = writes.filter(({ begunAt }) => begunAt > moment);
  const missing = before.filter(({ messageId }) => !found.has(messageId));
  const strange = after.filter(({ messageId }) => found.has(messageId));
  if (before.length === 0 || after.length === 0) throw new Error('nobody wrote before the moment, or after it');
  if (missing.length > 0 || strange.length > 0)
    throw new Error(`${missing.length} messages from before the moment are missing, ${strange.length} from after it are there`);
  return `all ${before.length} messages acknowledged before the moment, none of the ${after.length} sent after it`;
}
