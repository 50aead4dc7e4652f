import { setTimeout } from 'node:timers/promises';
import { Person } from '../support/person.ts';
import { startProduct } from '../support/product.ts';
import { quantile, startClockModel } from './clock-model.ts';

// Measures the latency that the platform adds to a model's stream. The model writes the time into each token, so a reader in the same
// process knows its age. Direct reading and reading through the platform take turns.

const ROUNDS = Number(process.argv[2] ?? 15);
const TOKENS = 60;
const GAP_MS = 20;
const PAUSE_MS = 500;

interface Reading {
  firstMs: number;
  laterMs: number[];
}

const model = await startClockModel({ tokens: TOKENS, gapMs: GAP_MS });

const product = await startProduct({ env: { OPENAI_BASE_URL: model.url, OPENAI_MODEL: 'clock' } });
const ada = await Person.signUp(product);
const socket = product.socket(ada.token);

async function readDirectly(): Promise<Reading> {
  const began = performance.now();
  const response = await fetch(`${model.url}/chat/completions`, { method: 'POST', body: '{}' });
  const reading: Reading = { firstMs: 0, laterMs: [] };
  const decoder = new TextDecoder();
  for await (const bytes of response.body!) {
    for (const [, token] of decoder.decode(bytes).matchAll(/"content":"([\d.]+) "/g)) note(reading, began, token!);
  }
  return reading;
}

async function readThrough(): Promise<Reading> {
  const { conversationId } = await ada.startConversation();
  const reading: Reading = { firstMs: 0, laterMs: [] };
  const began = performance.now();
  const { runId } = await ada.send(conversationId, 'Go');
  const query = 'subscription ($runId: ID!) { runEvents(runId: $runId) { ... on TextDelta { text } } }';
  for await (const { data } of socket.iterate<any>({ query, variables: { runId } })) {
    for (const token of (data.runEvents.text ?? '').trim().split(' ').filter(Boolean)) note(reading, began, token);
  }
  return reading;
}

function note(reading: Reading, began: number, token: string): void {
  const now = performance.now();
  if (reading.firstMs === 0) reading.firstMs = now - began;
  else reading.laterMs.push(now - Number(token));
}

const direct: Reading[] = [];
const through: Reading[] = [];
for (let round = -2; round < ROUNDS; round++) {
  // Pauses as a person does who reads; meanwhile the last answer's title, audit entry and usage are written.
  await setTimeout(PAUSE_MS);
  const [one, other] = [await readDirectly(), await readThrough()];
  // The first rounds warm up.
  if (round < 0) continue;
  direct.push(one);
  through.push(other);
}

const row = (name: string, of: (readings: Reading[]) => number[]) => {
  const [a, b] = [of(direct), of(through)];
  const p50 = [quantile(a, 0.5), quantile(b, 0.5)] as const;
  process.stdout.write(
    `${name.padEnd(14)} direct p50 ${p50[0].toFixed(1)} ms, through p50 ${p50[1].toFixed(1)} ms (p95 ${quantile(b, 0.95).toFixed(1)}), added p50 ${(p50[1] - p50[0]).toFixed(1)} ms\n`,
  );
};
row('first token', (readings) => readings.map((reading) => reading.firstMs));
row('later tokens', (readings) => readings.flatMap((reading) => reading.laterMs));
await product.stop();
model.stop();
