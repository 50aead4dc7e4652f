import { readFileSync, writeFileSync } from 'node:fs';
import { ERRORS } from '../schema/errors.ts';
import { hearersOf, type FactName } from '../schema/facts.ts';
import { SETTINGS } from './config.ts';

/** The tables of the READMEs, printed from the code between `<!-- printed: name -->` and `<!-- end -->`. */
const TABLES: Record<string, { file: string; print(): string }> = {
  settings: { file: 'infra/README.md', print: printSettings },
  errors: { file: 'schema/README.md', print: printErrors },
  facts: { file: 'schema/README.md', print: printFacts },
  topics: { file: 'schema/README.md', print: printTopics },
};

function printSettings(): string {
  return table(
    ['Setting', 'Default', 'What it is for'],
    Object.entries(SETTINGS).map(([name, { fallback, about }]) => [code(name), fallback === '' ? '' : code(fallback), about]),
  );
}

function printErrors(): string {
  return table(
    ['Code', 'Message', 'Retryable', 'HTTP'],
    Object.entries(ERRORS).map(([name, { message, retryable, status }]) => [code(name), message, retryable ? 'yes' : 'no', String(status)]),
  );
}

function printFacts(): string {
  return table(
    ['Fact', 'Payload', 'Who hears it'],
    members('schema/facts.ts', 'Facts').map(({ name, type }) => [code(name), fields(type), hearersOf(name as FactName).join(', ')]),
  );
}

function printTopics(): string {
  return table(
    ['Topic', 'Key and meaning', 'Payload'],
    members('schema/topics.ts', 'Topics').map(({ name, about, type }) => [code(name), about, fields(type)]),
  );
}

interface Member {
  name: string;
  about: string;
  type: string;
}

/** The members of an interface as its source has them: types leave nothing behind to ask at run time. */
function members(file: string, name: string): Member[] {
  const body = new RegExp(`interface ${name} \\{\\n(.*?)\\n\\}`, 's').exec(readFileSync(file, 'utf8'))?.[1] ?? '';
  const member = /^ {2}(?:\/\*\* (.*?) \*\/\n {2})?'?([\w.]+)'?: \{(.*?)\};$/gms;
  return [...body.matchAll(member)].map(([, about = '', key, type]) => ({ name: key!, about, type: type! }));
}

function fields(type: string): string {
  return [...type.replaceAll(/\/\*\*.*?\*\//gs, '').matchAll(/(\w+\??):/g)].map(([, field]) => code(field!)).join(', ');
}

function code(text: string): string {
  return `\`${text}\``;
}

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function withTable(text: string, name: string, printed: string): string {
  const place = new RegExp(`(<!-- printed: ${name} -->\n).*?(\n<!-- end -->)`, 's');
  if (!place.test(text)) throw new Error(`There is no place for the table of ${name}.`);
  return text.replace(place, (_, begin: string, end: string) => `${begin}\n${printed}\n${end}`);
}

const check = process.argv.includes('--check');
const stale = Object.entries(TABLES).filter(([name, { file, print }]) => {
  const text = readFileSync(file, 'utf8');
  const printed = withTable(text, name, print());
  if (!check && printed !== text) writeFileSync(file, printed);
  return printed !== text;
});
const places = stale.map(([name, { file }]) => `${name} in ${file}`).join(', ');
process.stdout.write(stale.length === 0 ? 'The printed tables are up to date.\n' : `${check ? 'Stale' : 'Printed'}: ${places}\n`);
if (check && stale.length > 0) process.exitCode = 1;
