import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { page } from './new/page.mjs';
import { subgraph } from './new/subgraph.mjs';
import { tool } from './new/tool.mjs';
import { edited, formsOf } from './new/templates.mjs';
import { at, read } from './checkout.mjs';
import { LaunchError } from './launch-error.mjs';

const RECIPES = { subgraph, page, tool };

/** `npm run new -- subgraph|page|tool <name>`: writes what the recipe of CONTRIBUTING.md says, and prints the steps that are left. */
export async function main([kind, name, ...more]) {
  const recipe = Object.hasOwn(RECIPES, kind ?? '') ? RECIPES[kind] : undefined;
  if (!recipe || !name || more.length > 0) throw new LaunchError(`Usage: npm run new -- ${Object.keys(RECIPES).join('|')} <name>`);
  if (!/^[a-z][a-z0-9]*(-[a-z][a-z0-9]*)*$/.test(name)) throw new LaunchError(`"${name}" is not kebab-case, such as "unit-converter".`);
  const { files, edits, left, finish } = recipe(formsOf(name));
  const present = Object.keys(files).filter((file) => existsSync(at(file)));
  if (present.length > 0) throw new LaunchError(`These files exist already: ${present.join(', ')}.`);
  // Computed before anything is written, so that a refusal changes nothing.
  const changed = Object.entries(edits).map(([file, list]) => [file, edited(file, read(file) ?? '', list)]);
  for (const [file, text] of [...Object.entries(files), ...changed]) {
    mkdirSync(dirname(at(file)), { recursive: true });
    writeFileSync(at(file), text);
    process.stdout.write(`wrote ${file}\n`);
  }
  const code = (await finish?.()) ?? 0;
  if (code !== 0) return code;
  process.stdout.write(`\nLeft to do, as CONTRIBUTING.md says:\n${left.map((step) => `- ${step}`).join('\n')}\n`);
  return 0;
}
