import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { Deployment } from '../support/deployment/deployment.ts';
import { Person } from '../support/person.ts';

// How the roles grow: answers streamed at once, through one to three gateways and workers. The model writes the time into
// each token, ten tokens a second, so a reader knows how old a token is when it comes. Arguments: pairs such as 1x100.

const TOKENS = 60;
const GAP_MS = 100;
const PER_PERSON = 40;
const QUERY = 'subscription ($runId: ID!) { runEvents(runId: $runId) { ... on TextDelta { text } } }';
const START = 'mutation ($input: StartConversationInput!) { startConversation(input: $input) { conversation { id } } }';

const plan = (process.argv.length > 2 ? process.argv.slice(2) : ['1x10', '1x100', '1x300', '2x300', '3x300', '3x1000']).map((word) =>
  word.split('x').map(Number),
) as [number, number][];

const model = createServer((request, response) => {
  request.resume().on('end', () => {
    if (request.url?.endsWith('/models')) return response.setHeader('content-type', 'application/json').end('{"data":[{"id":"clock"}]}');
    response.setHeader('content-type', 'text/event-stream');
    let sent = 0;
    const send = () => {
      const isLast = sent++ === TOKENS;
      const choice = isLast
        ? { delta: {}, finish_reason: 'stop' }
        : { delta: { content: `${performance.now().toFixed(2)} ` }, finish_reason: null };
      response.write(
        `data: ${JSON.stringify({ id: 'x', object: 'chat.completion.chunk', created: 0, model: 'clock', choices: [{ index: 0, ...choice }] })}\n\n`,
      );
      if (isLast) response.end('data: [DONE]\n\n');
      else void pause(GAP_MS).then(send);
    };
    send();
  });
});
await new Promise<void>((resolve) => model.listen(0, '127.0.0.1', resolve));
const modelUrl = `http://127.0.0.1:${(model.address() as AddressInfo).port}/v1`;

process.stdout.write(
  'gateways+workers  streams  tokens/s  age p50  age p95   CPU of a token: gateway  conversations  worker  RSS: gateway  worker\n',
);
for (const [replicas, streams] of plan) {
  const deployment = await Deployment.start({
    gateways: replicas,
    workers: replicas,
    env: { OPENAI_BASE_URL: modelUrl, OPENAI_MODEL: 'clock' },
  });
  await measure(deployment, replicas, streams);
  await deployment.stop();
}
model.close();

async function measure(deployment: Deployment, replicas: number, streams: number): Promise<void> {
  const people = await Promise.all(
    Array.from({ length: Math.ceil(streams / PER_PERSON) }, (_, index) =>
      Person.signUp(deployment.gateways[0]!.product, `Person ${index}`),
    ),
  );
  const assistants = await Promise.all(people.map((person) => person.createAssistant()));
  const conversations = await Promise.all(
    Array.from({ length: streams }, async (_, index) => {
      const person = people[index % people.length]!;
      const input = { assistantId: assistants[index % people.length]! };
      return { person, id: (await person.ask(START, { input })).startConversation.conversation.id as string };
    }),
  );
  const ages: number[] = [];
  const roles = ['gateway', 'conversations', 'worker'];
  const before = roles.map((role) => cpuOf(deployment, role));
  const began = performance.now();
  await Promise.all(
    conversations.map(async ({ person, id }, index) => {
      const { runId } = await person.send(id, 'Go');
      const gateway = deployment.gateways[index % replicas]!;
      const client = createClient({
        url: `${gateway.url.replace('http', 'ws')}/graphql`,
        webSocketImpl: WebSocket,
        retryAttempts: 0,
        connectionParams: { accessToken: person.token },
      });
      for await (const { data } of client.iterate<any>({ query: QUERY, variables: { runId } })) {
        const now = performance.now();
        for (const token of (data.runEvents.text ?? '').trim().split(' ').filter(Boolean)) ages.push(now - Number(token));
      }
      await client.dispose();
    }),
  );
  const seconds = (performance.now() - began) / 1000;
  const spent = roles.map((role, index) => (cpuOf(deployment, role) - before[index]!) / ages.length);
  ages.sort((a, b) => a - b);
  const age = (quantile: number) => `${ages[Math.floor(ages.length * quantile)]!.toFixed(0)} ms`;
  const columns = [
    String(replicas).padStart(16),
    String(streams).padStart(7),
    String(Math.round(ages.length / seconds)).padStart(8),
    age(0.5).padStart(7),
    age(0.95).padStart(7),
    `${(spent[0]! * 1e3).toFixed(0)} µs`.padStart(24),
    `${(spent[1]! * 1e3).toFixed(0)} µs`.padStart(13),
    `${(spent[2]! * 1e3).toFixed(0)} µs`.padStart(6),
    `${memoryOf(deployment, 'gateway')} MB`.padStart(12),
    `${memoryOf(deployment, 'worker')} MB`.padStart(6),
  ];
  process.stdout.write(`${columns.join('  ')}\n`);
}

/** Milliseconds of CPU that the processes of a role have used. */
function cpuOf(deployment: Deployment, role: string): number {
  const own = deployment.all.filter((process) => process.role === role);
  return own.reduce((sum, { product }) => {
    const fields = readFileSync(`/proc/${product.pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
    // User and system time, in hundredths of a second.
    return sum + (Number(fields[11]) + Number(fields[12])) * 10;
  }, 0);
}

/** The largest process of a role, in MB. */
function memoryOf(deployment: Deployment, role: string): number {
  const own = deployment.all.filter((process) => process.role === role);
  const sizes = own.map(({ product }) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${product.pid}/status`, 'utf8'))?.[1]));
  return Math.round(Math.max(...sizes) / 1024);
}
