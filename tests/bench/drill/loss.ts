import { setTimeout as pause } from 'node:timers/promises';
import { addDocument } from '../../support/documents.ts';
import { eventually } from '../../support/eventually.ts';
import type { DrillState } from './backups.ts';
import { seconds } from './report.ts';
import { Writers, type Write } from './writers.ts';

const WRITERS = 4;
const BEFORE_THE_MOMENT_MS = 10_000;
const AFTER_THE_ARCHIVE_MS = 15_000;
/** A segment that was closed this long after the moment contains it. */
const MARGIN_MS = 2_000;
const PATIENCE_MS = 180_000;

export interface Loss {
  /** The target time of a recovery. */
  moment: Date;
  /** Milliseconds since 1970. */
  at: number;
  /** Every message that was acknowledged since the backups, in order. */
  writes: Write[];
  /** A document that was uploaded after the backup and before the target time. */
  lateDocumentId: string;
}

/** Lets people write on after the backups; a while after a part of that was archived, deletes everything at once. */
export async function loseInTheMiddle({ site, company, vault, report }: DrillState): Promise<Loss> {
  const { members, keepers } = company;
  const writers = new Writers(members.filter((member) => !keepers.includes(member)).slice(-WRITERS));
  await pause(BEFORE_THE_MOMENT_MS);
  const { person, knowledgeBaseId } = keepers.at(-1)!;
  const late = { name: 'late.txt', mediaType: 'text/plain', content: 'The dredger comes on Thursday.' };
  const { id: lateDocumentId } = await addDocument(person, knowledgeBaseId!, late);
  const moment = new Date();
  await eventually(
    async () => vault.arrivals().at(-1) ?? 0,
    (newest) => newest > moment.getTime() + MARGIN_MS,
    PATIENCE_MS,
  );
  await pause(AFTER_THE_ARCHIVE_MS);
  writers.expectLoss();
  const at = Date.now();
  const arrivals = vault.arrivals();
  await site.lose();
  const writes = await writers.end();
  const rate = (writes.length / ((at - writes[0]!.begunAt) / 1000)).toFixed(1);
  const [before, newest] = arrivals.slice(-2);
  report.row(
    'the archive',
    '',
    `${arrivals.length} segments in ${vault.sizeOf('archive')}; the newest came ${seconds(newest! - before!)} after the one before`,
  );
  const age = seconds(at - newest!);
  report.row(
    'everything is killed and deleted',
    '',
    `${age} after that, and after ${writes.length} acknowledged messages, ${rate} a second`,
  );
  return { moment, at, writes, lateDocumentId };
}
