import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { SUBGRAPH_NAMES } from '../../schema/subgraphs.ts';
import { Deployment, missingServers, type RoleProcess } from '../support/deployment/deployment.ts';
import { eventually } from '../support/eventually.ts';
import { Person } from '../support/person.ts';
import { describeWhen } from '../support/when.ts';

/** Exceeds the time that a role waits for a server. */
const PATIENCE_MS = 60_000;

describeWhen(missingServers, 'roles that start in any order', () => {
  let deployment: Deployment;
  beforeEach(async () => {
    deployment = await Deployment.prepare();
  });
  afterEach(() => deployment?.stop());

  it('start as a gateway that is not ready, names the missing subgraphs, and becomes ready when they have started', async () => {
    const [gateway, worker] = [...deployment.gateways, ...deployment.workers] as [RoleProcess, RoleProcess];
    await gateway.start();
    expect(await readiness(gateway)).toEqual({ code: 503, status: 'not ready', down: SUBGRAPH_NAMES });
    expect((await fetch(`${gateway.url}/health/live`)).status).toBe(200);
    await expect(Person.signUp(deployment)).rejects.toThrow('DEPENDENCY_UNAVAILABLE');

    // The subgraphs that authentication needs start last.
    const users = deployment.replicasOf('users')[0]!;
    await Promise.all([worker, ...deployment.subgraphs.filter((each) => each !== users)].map((each) => each.start()));
    await eventually(
      () => readiness(gateway),
      ({ down }) => down.join() === 'users',
    );
    expect(await readiness(gateway)).toEqual({ code: 503, status: 'not ready', down: ['users'] });
    await users.start();
    await eventually(
      () => readiness(gateway),
      ({ code }) => code === 200,
    );
    expect(await readiness(gateway)).toEqual({ code: 200, status: 'ready', down: [] });

    const ada = await Person.signUp(deployment);
    const { conversationId } = await ada.startConversation();
    const { runId } = await ada.send(conversationId, 'Is anybody there?');
    expect((await ada.follow(runId)).last.__typename).toBe('RunFinished');
  });

  it('wait for their servers, name the missing one, and become ready when all are available', async () => {
    const servers = [
      ['REDIS_URL', deployment.redis],
      ['DATABASE_URL', deployment.postgres],
      [deployment.vectors.setting, deployment.vectors],
    ] as const;
    for (const [, server] of servers) await server.kill();
    const knowledge = deployment.replicasOf('knowledge')[0]!;
    const comeOneByOne = async () => {
      for (const [setting, server] of servers) {
        const missed = async () => knowledge.logs.filter(({ msg }) => msg === 'waiting for a server').map((line) => line['setting']);
        await eventually(missed, (named) => named.at(-1) === setting, PATIENCE_MS);
        expect(await readiness(knowledge)).toEqual({ code: 503, status: 'starting', down: [setting] });
        expect((await fetch(`${knowledge.url}/health/live`)).status).toBe(200);
        expect((await fetch(`${knowledge.url}/graphql`, { method: 'POST' })).status).toBe(503);
        await server.start();
      }
    };
    await Promise.all([knowledge.start(), comeOneByOne()]);
    expect(await readiness(knowledge)).toEqual({ code: 200, status: 'ready', down: [] });
  });
});

/** Returns the readiness of a process and its missing dependencies. */
async function readiness({ url }: RoleProcess): Promise<{ code: number; status: string; down: string[] }> {
  const response = await fetch(`${url}/health/ready`);
  const { status, parts } = (await response.json()) as { status: string; parts: Record<string, string> };
  return { code: response.status, status, down: Object.keys(parts).filter((name) => parts[name] === 'down') };
}
