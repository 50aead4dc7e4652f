import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { runCommand } from '../../support/deployment/commands.ts';
import { quantile } from '../clock-model.ts';
import type { Company } from './company.ts';
import { seconds, type Report } from './report.ts';
import type { Site } from './site.ts';
import { filesBelow, type Vault } from './vault.ts';
import { whilePeopleAsk, type Visit } from './visitors.ts';
import type { Witness } from './witness.ts';

const VISITORS = 6;
const BEFORE_MS = 15_000;

/** The parts that the steps of a drill share. */
export interface DrillState {
  site: Site;
  company: Company;
  witness: Witness;
  vault: Vault;
  report: Report;
}

/** Makes the backup while people ask, compares their response times with those before, verifies it, and makes a base backup. */
export async function keepBackups({ site, company, vault, report }: DrillState): Promise<void> {
  const { members, keepers } = company;
  const others = members.filter((member) => !keepers.includes(member));
  // The conversation of the founder stays unchanged, since it is compared later.
  const people = [...keepers.slice(1, 1 + VISITORS / 2), ...others.slice(0, VISITORS / 2)];
  tellVisit(report, 'people ask, nothing else happens', BEFORE_MS, await whilePeopleAsk(people, () => pause(BEFORE_MS)));
  const began = performance.now();
  const visit = await whilePeopleAsk(people, () => run('backup', [vault.backup], site.deployment.settings));
  const took = performance.now() - began;
  tellVisit(report, 'people ask during the backup', took, visit);
  if (visit.failed.length > 0) throw new Error(`requests failed beside the backup: ${visit.failed.join(', ')}`);
  report.row('`npm run backup`', tookOf(visit.value), `${vault.sizeOf('backup')} on the disk`);
  await report.step('`--check`', () => run('restore', [vault.backup, '--check'], {}));
  await report.step(
    '`pg_basebackup` and `pg_verifybackup`',
    () => vault.makeBase(site),
    () => `${vault.sizeOf('base')} on the disk`,
  );
}

/** Flips one bit of the largest file: the verification must name it. */
export async function damageCopy({ vault, report }: DrillState): Promise<void> {
  const [part] = filesBelow(vault.backup).toSorted((a, b) => statSync(b).size - statSync(a).size);
  const bytes = readFileSync(part!);
  bytes[bytes.length >> 1]! ^= 1;
  writeFileSync(part!, bytes);
  const name = relative(vault.backup, part!);
  await report.step(
    '`--check` of a copy with one wrong bit',
    async () => {
      const { code, stderr } = await runCommand('restore', [vault.backup, '--check'], {});
      if (code !== 1 || !stderr.includes(`${name} has changed`)) throw new Error(`the wrong bit was not found: ${code} ${stderr}`);
    },
    () => `refused, and ${name} is named`,
  );
}

/** Runs a command that must succeed, and returns its output. */
export async function run(command: 'backup' | 'restore', args: string[], settings: Record<string, string>): Promise<string> {
  const { code, stdout, stderr } = await runCommand(command, args, settings);
  if (code !== 0 || stderr !== '') throw new Error(`${command} ended with code ${code}: ${stderr}`);
  return stdout;
}

/** Returns the duration in the command's own words. */
export function tookOf(output: string): string {
  return /It took (\d+\.\d s)/.exec(output)![1]!;
}

function tellVisit(report: Report, name: string, tookMs: number, { requests, answers, failed }: Visit): void {
  const p95 = (values: number[]) => Math.round(quantile(values, 0.95));
  const what = `${requests.length} requests, ${failed.length} failed, p50 ${Math.round(quantile(requests, 0.5))} ms, p95 ${p95(requests)} ms`;
  report.row(name, seconds(tookMs), `${what}; ${answers.length} answers, p95 ${p95(answers)} ms to the last token`);
}
