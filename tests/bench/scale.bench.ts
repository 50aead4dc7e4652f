import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { Deployment } from '../support/deployment/deployment.ts';
import { Person } from '../support/person.ts';
import { quantile, startClockModel, type ClockModel } from './clock-model.ts';
import { inTurns } from './in-turns.ts';

// Measures how the roles scale: answers streamed at once, ten tokens a second each, through one to three gateways and workers. All answers
// are started first; then their tokens are counted with their age at the reader. Arguments: pairs such as 1x100.

const GAP_MS = 100;
const WINDOW_MS = 15_000;
/** Excludes streams that have not started after this time: the machine cannot carry more. */
const BEGIN_MS = 120_000;
const STARTS_AT_ONCE = 16;
const PER_PERSON = 20;
const RESUME_MS = 100;
const QUERY = `subscription ($runId: ID!, $after: String) {
  runEvents(runId: $runId, after: $after) { cursor __typename ... on TextDelta { text } ... on RunFailed { code } } }`;
const ENDS = new Set(['RunFinished', 'RunStopped', 'RunFailed']);
const START = 'mutation ($input: StartConversationInput!) { startConversation(input: $input) { conversation { id } } }';
const ROLES = ['gateway', 'conversations', 'worker'];
const SERVERS = ['postgres', 'redis-server'];

const DEFAULT_PLAN = ['1x10', '1x30', '1x100', '1x300', '1x1000', '2x100', '2x300', '2x1000', '3x100', '3x300', '3x1000'];
const plan = (process.argv.length > 2 ? process.argv.slice(2) : DEFAULT_PLAN).map(
  (word) => word.split('x').map(Number) as [number, number],
);

/** Tokens that readers have received; cleared when the measurement begins. */
interface Seen {
  begun: Set<number>;
  ages: number[];
  /** The number of times that a reader had to subscribe again. */
  resumed: number;
  /** The failures of answers. */
  failed: string[];
}

process.stdout.write(
  '| gateways and workers | streams | tokens/s | age p50 | age p95 | read again | failed | all begun after | CPU of a token: gateway | conversations | worker | PostgreSQL | Redis | cores used by all | RSS: gateway | conversations | worker |\n' +
    `${'| --- '.repeat(17)}|\n`,
);
for (const [replicas, streams] of plan) {
  const model = await startClockModel({ gapMs: GAP_MS });
  const deployment = await Deployment.start({
    gateways: replicas,
    workers: replicas,
    env: { OPENAI_BASE_URL: model.url, OPENAI_MODEL: 'clock', RUNS_PER_WORKER: '1000' },
  });
  process.stdout.write(await measure(deployment, model, replicas, streams));
  await deployment.stop();
  model.stop();
}

async function measure(deployment: Deployment, model: ClockModel, replicas: number, streams: number): Promise<string> {
  const seen: Seen = { begun: new Set(), ages: [], resumed: 0, failed: [] };
  const questions = await ask(deployment, streams);
  const began = performance.now();
  const reading = questions.map(({ person, runId }, index) => read(deployment, person, runId, index, seen));
  const begunMs = () => performance.now() - began;
  while (seen.begun.size + seen.failed.length < streams && begunMs() < BEGIN_MS) await pause(50);
  const isWhole = seen.begun.size + seen.failed.length === streams;
  const begun = isWhole ? `${(begunMs() / 1000).toFixed(1)} s` : `${seen.begun.size} in ${BEGIN_MS / 1000} s`;

  seen.ages.length = 0;
  const cpu = () => [...ROLES.map((role) => cpuOf(pidsOf(deployment, role))), ...SERVERS.map((name) => cpuOf(pidsNamed(name)))];
  const before = cpu();
  const busyBefore = busyMs();
  const windowBegan = performance.now();
  await pause(WINDOW_MS);
  const seconds = (performance.now() - windowBegan) / 1000;
  const ages = [...seen.ages];
  const { resumed } = seen;
  const micros = cpu().map((after, index) => `${(((after - before[index]!) / ages.length) * 1e3).toFixed(0)} µs`);
  const cores = (busyMs() - busyBefore) / 1000 / seconds;
  const memory = ROLES.map((role) => `${memoryOf(deployment, role)} MB`);
  model.finish();
  await Promise.all(reading);
  if (seen.failed.length > 0)
    process.stderr.write(
      `answers that failed: ${[...new Set(seen.failed)].join(', ')}\n${deployment.complaints().slice(0, 20).join('\n')}\n`,
    );

  const cells = [
    replicas,
    streams,
    Math.round(ages.length / seconds),
    `${quantile(ages, 0.5).toFixed(0)} ms`,
    `${quantile(ages, 0.95).toFixed(0)} ms`,
    resumed,
    seen.failed.length,
    begun,
    ...micros,
    cores.toFixed(1),
    ...memory,
  ];
  return `| ${cells.join(' | ')} |\n`;
}

/** Sends all questions, a few at a time, to the gateways in turn. */
async function ask(deployment: Deployment, streams: number): Promise<{ person: Person; runId: string }[]> {
  const { product } = deployment.gateways[0]!;
  const people = await inTurns(Math.ceil(streams / PER_PERSON), STARTS_AT_ONCE, async (index) => {
    const person = await Person.signUp(product, `Person ${index}`);
    return { person, assistantId: await person.createAssistant() };
  });
  return inTurns(streams, STARTS_AT_ONCE, async (index) => {
    const { person, assistantId } = people[index % people.length]!;
    const { startConversation } = await person.ask(START, { input: { assistantId } });
    const { runId } = await person.send(startConversation.conversation.id as string, 'Go');
    return { person, runId };
  });
}

async function read(deployment: Deployment, person: Person, runId: string, index: number, seen: Seen): Promise<void> {
  const gateway = deployment.gateways[index % deployment.gateways.length]!;
  const client = createClient({
    url: `${gateway.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams: { accessToken: person.token },
  });
  let last: any;
  for (; ; seen.resumed += 1) {
    for await (const { data } of client.iterate<any>({ query: QUERY, variables: { runId, after: last?.cursor } })) {
      if (!data) break;
      last = data.runEvents;
      const now = performance.now();
      for (const token of (last.text ?? '').trim().split(' ').filter(Boolean)) seen.ages.push(now - Number(token));
      if (last.text) seen.begun.add(index);
    }
    if (ENDS.has(last?.__typename)) break;
    await pause(RESUME_MS);
  }
  if (last.__typename !== 'RunFinished') seen.failed.push(last.code ?? last.__typename);
  await client.dispose();
}

function pidsOf(deployment: Deployment, role: string): number[] {
  return deployment.all.filter((process) => process.role === role).map(({ product }) => product.pid);
}

/** Returns every process of the machine that runs this program. */
function pidsNamed(name: string): number[] {
  const all = readdirSync('/proc').map(Number).filter(Boolean);
  return all.filter((pid) => existsSync(`/proc/${pid}/comm`) && readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === name);
}

/** Returns the CPU time of processes in milliseconds. */
function cpuOf(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
    // User and system time, in hundredths of a second.
    return sum + (Number(fields[11]) + Number(fields[12])) * 10;
  }, 0);
}

/** Returns the busy time of all cores in milliseconds, including model and readers. */
function busyMs(): number {
  return cpus().reduce((sum, { times }) => sum + times.user + times.sys + times.nice, 0);
}

/** Returns the memory of the largest process of a role, in MB. */
function memoryOf(deployment: Deployment, role: string): number {
  const sizes = pidsOf(deployment, role).map((pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]));
  return Math.round(Math.max(...sizes) / 1024);
}
