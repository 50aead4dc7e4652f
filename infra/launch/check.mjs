import { build } from './build.mjs';
import { at, program } from './checkout.mjs';
import { capture, environment } from './run.mjs';
import { findNode } from './runtime.mjs';
import { seconds } from './progress.mjs';
import { WRITERS } from './schema.mjs';

const LANES = 2;
/** Printed files have the form that their printer gives them; texts are set by hand. */
const FORMATTED = ['**/*.{ts,mjs,js,svelte,css}', '!web/src/lib/graph/schema.d.ts', '!**/{build,dist,.svelte-kit}/**', '!data/**'];

/** Everything that can be known in a minute: types, lint, format, schema drift and the repository's own rules. */
export async function main() {
  const started = Date.now();
  // Types are checked by compiling, and the other steps run on the result.
  await build({ web: false });
  process.stdout.write(`ok     types (${seconds(started)})\n`);
  const waiting = steps();
  let failed = 0;
  const lane = async () => {
    for (let step = waiting.shift(); step; step = waiting.shift()) {
      const holds = await passes(step);
      if (!holds) failed++;
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  process.stdout.write(
    failed === 0
      ? `\nAll of it holds (${seconds(started)}).\n`
      : `\n${failed} of ${steps().length + 1} checks failed (${seconds(started)}).\n`,
  );
  return failed === 0 ? 0 : 1;
}

/** The longest first: two run at a time. */
function steps() {
  const web = { cwd: at('web') };
  const jest = [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    program('jest', 'jest'),
    '--config',
    'jest.config.json',
  ];
  return [
    {
      name: 'types of the web',
      args: [program('svelte-check', 'svelte-check', 'web'), '--output', 'human', '--threshold', 'error'],
      options: web,
      before: webSync,
    },
    { name: 'lint', args: [program('oxlint', 'oxlint'), '--type-aware', '--deny-warnings', '.'] },
    { name: 'rules', args: [...jest, 'dist/tests/rules/', '--silent', '--reporters=default'] },
    {
      name: 'format',
      args: [program('prettier', 'prettier'), '--check', '--cache', '--log-level=warn', '--no-color', ...FORMATTED],
    },
    ...WRITERS.map((writer) => ({ name: `schema: ${writer.replace('dist/', '').replace('.js', '')}`, args: [writer, '--check'] })),
  ];
}

/** The types that SvelteKit and the graph's schema give to the web. */
async function webSync() {
  const synced = await capture(findNode(), [program('@sveltejs/kit', 'svelte-kit', 'web'), 'sync'], { cwd: at('web') });
  return synced.code === 0 ? capture(findNode(), ['print-types.ts'], { cwd: at('web') }) : synced;
}

async function passes({ name, args, options = {}, before }) {
  const started = Date.now();
  const prepared = before ? await before() : { code: 0, output: '' };
  const { code, output } =
    prepared.code === 0 ? await capture(findNode(), args, { env: environment({ FORCE_COLOR: '0' }), ...options }) : prepared;
  process.stdout.write(`${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds(started)})\n`);
  if (code !== 0) process.stdout.write(`${output.trim().replace(/^/gm, '       ')}\n`);
  return code === 0;
}
