import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ERRORS } from '../schema/errors.ts';
import { subscribersOf, type EventName } from '../schema/events.ts';
import { SUBGRAPH_NAMES } from '../schema/subgraphs.ts';
import { SETTINGS } from './config.ts';

/** The tables of the documents, printed from the code between `<!-- printed: name -->` and `<!-- end -->`. */
const TABLES: Record<string, { file: string; print(): string }> = {
  settings: { file: 'infra/README.md', print: printSettings },
  errors: { file: 'schema/README.md', print: printErrors },
  'event payloads': { file: 'schema/README.md', print: printEventPayloads },
  'channel payloads': { file: 'schema/README.md', print: printChannelPayloads },
  jobs: { file: 'ARCHITECTURE.md', print: printJobs },
  events: { file: 'ARCHITECTURE.md', print: printEvents },
  channels: { file: 'ARCHITECTURE.md', print: printChannels },
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

function printEventPayloads(): string {
  return table(
    ['Event', 'Payload', 'Subscribers'],
    members('schema/events.ts', 'DomainEvents').map(({ name, type }) => [
      code(name),
      fields(type),
      subscribersOf(name as EventName).join(', '),
    ]),
  );
}

function printChannelPayloads(): string {
  return table(
    ['Channel', 'Key and meaning', 'Payload'],
    members('schema/channels.ts', 'Channels').map(({ name, about, type }) => [code(name), about, fields(type)]),
  );
}

/** Read from the source of each subgraph: creating one needs ports. A job is `'name': { run: (…) => handler(…)`. */
function printJobs(): string {
  const jobs = SUBGRAPH_NAMES.flatMap((subgraph) => {
    const source = readFileSync(`subgraphs/${subgraph}/${subgraph}.ts`, 'utf8');
    const [, indent, body = ''] = /^( +)jobs: \{\n(.*?)\n\1\},$/ms.exec(source) ?? [];
    if (!indent && /\bjobs\b/.test(source)) throw new Error(`The jobs of subgraphs/${subgraph}/ have another form than this reads.`);
    return [...body.matchAll(/'([\w.]+)': \{\s*run: \(.*?\) => (\w+)\(/g)].map(([, name, handler]) => {
      const [, file] = new RegExp(`import \\{[^}]*\\b${handler}\\b[^}]*\\} from '(.+)'`).exec(source) ?? [];
      return [code(name!), subgraph, code(join('subgraphs', subgraph, file ?? `${subgraph}.ts`))];
    });
  });
  return table(['Job', 'Subgraph', 'Handler'], jobs);
}

/** One row for each kind of object. */
function printEvents(): string {
  const events = members('schema/events.ts', 'DomainEvents').map(({ name }) => name as EventName);
  const rows = [...Map.groupBy(events, (name) => name.split('.')[0]!)].map(([object, names]) => [
    object,
    names.map((name) => code(name.slice(object.length + 1))).join(', '),
    names
      .flatMap((name) =>
        subscribersOf(name)
          .filter((each) => each !== 'analytics')
          .map((each) => `${each} (${code(name)})`),
      )
      .join(', '),
  ]);
  return table(['Object', 'Events', 'Subscribers besides analytics'], rows);
}

/** Finds the publishers and subscribers of each channel by the calls of the bus in the sources. */
function printChannels(): string {
  const files = globSync('{subgraphs,gateway,infra}/**/*.ts').filter((file) => !file.endsWith('.test.ts'));
  const sources = files.map((file) => ({ folder: dirname(file).replaceAll('\\', '/'), text: readFileSync(file, 'utf8') }));
  const folders = (call: RegExp) => {
    const found = new Set(sources.filter(({ text }) => call.test(text)).map(({ folder }) => code(`${folder}/`)));
    if (found.size === 0) throw new Error(`No source has ${call}: is a channel unused, or is the call named differently now?`);
    return [...found].sort().join(', ');
  };
  return table(
    ['Channel', 'Published in', 'Followed in'],
    members('schema/channels.ts', 'Channels').map(({ name }) => [
      code(name),
      folders(new RegExp(`\\b(?:publish|publishConfirmed)\\(\\s*'${name}'`)),
      folders(new RegExp(`\\b(?:subscribe\\(|liveMessages\\(\\S+, )\\s*'${name}'`)),
    ]),
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
