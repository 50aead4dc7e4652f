import { fragmentBomb, overlappingFields, repeatedField } from '../support/fuzz/costly-documents.ts';
import { Person } from '../support/person.ts';
import { startProduct } from '../support/product.ts';

// Measures refusals: documents beyond the limits, and failed sign-ins, whose duration must not reveal which accounts exist.

const SIGN_IN = 'mutation ($input: SignInInput!) { signIn(input: $input) { expiresAt } }';
const ATTEMPTS = 60;

const product = await startProduct();
const ada = await Person.signUp(product);

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** Returns the minimum of ten, which excludes other work of the machine. Each document is new to the caches. */
async function leastOf(query: string): Promise<number> {
  const times: number[] = [];
  for (let time = 0; time < 10; time++) times.push(await timed(() => product.graph(`${query} #${time}`, {}, ada.token)));
  return Math.min(...times);
}

/**
 * Returns the difference between an unknown account and a wrong password, in turns; of each the sixth quickest, since other work only
 * adds time.
 */
async function signInDifference(): Promise<number> {
  const times: Record<'known' | 'unknown', number[]> = { known: [], unknown: [] };
  const signIn = (email: string) => product.graph(SIGN_IN, { input: { email, password: 'wrong password' } });
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    times.known.push(await timed(() => signIn(ada.email)));
    times.unknown.push(await timed(() => signIn(`nobody-${attempt}@example.org`)));
  }
  const [known, unknown] = [times.known, times.unknown].map((values) => values.sort((a, b) => a - b)[5]!) as [number, number];
  return Math.abs(known - unknown);
}

const figures: [what: string, ms: number, atMost: number][] = [
  ['20,000 repetitions of a field', await leastOf(repeatedField(20_000)), 50],
  ['a fragment bomb of 2^24 fields', await leastOf(fragmentBomb(24)), 50],
  ['320 fields that overlap', await leastOf(overlappingFields(320)), 200],
  // One hash takes some 25 ms, which would be the difference without it.
  ['unknown account against wrong password', await signInDifference(), 8],
];
await product.stop();
for (const [what, ms, atMost] of figures) process.stdout.write(`${what.padEnd(40)} ${ms.toFixed(1)} ms (at most ${atMost})\n`);
if (figures.some(([, ms, atMost]) => ms >= atMost)) process.exitCode = 1;
