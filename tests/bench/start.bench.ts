import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startProduct, type Product } from '../support/product.ts';

// Measures the time until the product answers, on an empty data directory and on an existing one, in turns; and its memory after half a
// minute of idleness.

const ROUNDS = Number(process.argv[2] ?? 5);
const IDLE_MS = 30_000;

async function timedStart(dataDir: string): Promise<{ product: Product; seconds: number }> {
  const began = performance.now();
  const product = await startProduct({ dataDir });
  return { product, seconds: (performance.now() - began) / 1000 };
}

function residentMb({ pid }: Product): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

const cold: number[] = [];
const warm: number[] = [];
let idleMb = NaN;
for (let round = 0; round < ROUNDS; round++) {
  const dataDir = mkdtempSync(join(tmpdir(), 'parley-bench-'));
  const first = await timedStart(dataDir);
  await first.product.stop();
  const second = await timedStart(dataDir);
  cold.push(first.seconds);
  warm.push(second.seconds);
  if (round === ROUNDS - 1) {
    await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
    idleMb = residentMb(second.product);
  }
  await second.product.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
process.stdout.write(
  `first start   p50 ${median(cold).toFixed(1)} s\nsecond start  p50 ${median(warm).toFixed(1)} s\nidle memory   ${idleMb.toFixed(0)} MiB\n`,
);
