import { afterEach, expect, it } from '@jest/globals';
import { Deployment, missingServers, type RoleProcess } from '../support/deployment/deployment.ts';
import { ReconnectingReader } from '../support/deployment/reconnecting-reader.ts';
import { eventually } from '../support/eventually.ts';
import { Person, type SentMessage } from '../support/person.ts';
import { readRun, shownText } from '../support/run-reader.ts';
import { byTier, missingFullTier } from '../support/tier.ts';
import { describeWhen } from '../support/when.ts';

const PEOPLE = 10;
const STREAMS = byTier(100, 300);
const KILLS = byTier(8, 20);
const ANSWER = 'query ($id: ID!) { message(id: $id) { text run { status } } }';

interface Watched {
  person: Person;
  sent: SentMessage;
  watcher: ReconnectingReader;
}

describeWhen(missingServers, 'many streams', () => {
  let deployment: Deployment | undefined;
  afterEach(async () => {
    await deployment?.stop();
    deployment = undefined;
  });

  it('deliver each stored event once while workers, gateways and Redis are killed and readers reconnect', async () => {
    // Answers begin after all were requested: on a slow machine the first would end before the first kill.
    const asked = Promise.withResolvers<void>();
    deployment = await Deployment.start({
      gateways: 2,
      workers: 3,
      env: { PROVIDER_IDLE_MS: '600000' },
      model: { otherwise: { tokens: 100, delayMs: 150, until: asked.promise } },
    });
    const watched = await send(deployment, STREAMS);
    asked.resolve();
    const watching = Promise.all(watched.map(({ watcher }) => watcher.watch()));
    for (let kill = 0; kill < KILLS; kill++) {
      const worker = deployment.workers[kill % 3]!;
      await worker.kill();
      if (kill % 4 === 3) await again(deployment.gateways[(kill >> 2) % 2]!);
      if (kill === 6 || kill === 13) {
        await deployment.redis.kill();
        await deployment.redis.start();
      }
      await worker.start();
    }
    await watching;
    const lost = await differences(deployment, watched);
    expect(lost).toEqual([]);
    expect(watched.filter(({ watcher }) => watcher.events.some(({ attempt }) => attempt > 1)).length).toBeGreaterThan(STREAMS / 3);
    expect(watched.filter(({ watcher }) => watcher.reconnects > 0).length).toBeGreaterThan((STREAMS * 5) / 6);
  }, 600_000);

  // Proves that the comparison finds lost events.
  describeWhen(missingFullTier, 'with a fault', () => {
    it.each([
      ['lose events if workers publish them before they are stored', { worker: 'dist/tests/support/known-bad/publish-before-commit.js' }],
      ['lose events if readers trust the bus', { conversations: 'dist/tests/support/known-bad/trust-the-bus.js' }],
    ])(
      'would %s',
      async (_fault, preload) => {
        // Answers begin after all are watched and end after the last kill, on any machine.
        const [begun, killed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
        const otherwise = { delayMs: 150, until: begun.promise, goesOnUntil: killed.promise };
        deployment = await Deployment.start({ workers: 2, preload, model: { otherwise } });
        const watched = await send(deployment, 60);
        const watching = Promise.all(watched.map(({ watcher }) => watcher.watch()));
        await eventually(
          async () => watched.filter(({ watcher }) => watcher.events.length === 0).length,
          (unseen) => unseen === 0,
        );
        begun.resolve();
        for (let kill = 0; kill < 2; kill++) {
          const shown = watched.reduce((sum, { watcher }) => sum + watcher.events.length, 0);
          await eventually(
            async () => watched.reduce((sum, { watcher }) => sum + watcher.events.length, 0),
            (count) => count > shown + 200,
          );
          await again(deployment.workers[kill % 2]!);
        }
        killed.resolve();
        await watching;
        expect((await differences(deployment, watched)).length).toBeGreaterThan(0);
      },
      300_000,
    );
  });
});

async function again(process: RoleProcess): Promise<void> {
  await process.kill();
  await process.start();
}

/** Sends questions of several people, each in its own conversation, with a watcher for each answer. */
async function send(deployment: Deployment, count: number): Promise<Watched[]> {
  const gateways = () => deployment.gateways.map(({ url }) => url);
  const door = deployment.gateways[0]!.product;
  const perPerson = count / PEOPLE;
  const people = await Promise.all(Array.from({ length: PEOPLE }, (_, index) => Person.signUp(door, `Person ${index}`)));
  const sent = people.map(async (person) => {
    const own: Watched[] = [];
    const { assistantId } = await person.startConversation();
    for (let index = 0; index < perPerson; index++) {
      const { startConversation } = await person.ask(
        'mutation ($input: StartConversationInput!) { startConversation(input: $input) { conversation { id } } }',
        { input: { assistantId } },
      );
      const message = await person.send(startConversation.conversation.id, `Question ${index}`);
      // Most watchers disconnect repeatedly, each after its own number of events.
      const patience = () => 5 + Math.floor(Math.random() * 60);
      own.push({
        person,
        sent: message,
        watcher: new ReconnectingReader({ gateways, token: person.token, runId: message.runId, patience }),
      });
    }
    return own;
  });
  return (await Promise.all(sent)).flat();
}

/** Lists differences: lost, duplicate or reordered events, unfinished runs, and text that differs from the stored one. */
async function differences(deployment: Deployment, watched: readonly Watched[]): Promise<string[]> {
  const door = deployment.gateways[0]!.product;
  const faults: string[] = [];
  for (const { person, sent, watcher } of watched) {
    const { events } = watcher;
    const log = await readRun(door.socket(person.token), sent.runId);
    const { message } = await door.ask(ANSWER, { id: sent.answerId }, person.token);
    const cursors = events.map(({ cursor }) => cursor);
    if (new Set(cursors).size !== cursors.length) faults.push(`${sent.runId}: an event was shown twice`);
    if (JSON.stringify(events) !== JSON.stringify(log.events)) faults.push(`${sent.runId}: what was shown is not what the log holds`);
    if (message.run.status !== 'COMPLETED') faults.push(`${sent.runId}: ended as ${message.run.status}`);
    if (shownText(events) !== message.text) faults.push(`${sent.runId}: the text shown is not the text stored`);
  }
  return faults;
}
