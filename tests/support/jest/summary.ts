import { stripVTControlCharacters } from 'node:util';

const SLOWEST = 10;
const RETRIES_ALLOWED = 3;
const LINES_OF_A_MESSAGE = 12;

/** One test file in the report that `jest --json` writes. */
export interface FileReport {
  name: string;
  status: string;
  message: string;
  startTime: number;
  endTime: number;
  assertionResults: TestReport[];
}

export interface TestReport {
  fullName: string;
  status: string;
  invocations?: number | null;
  failureMessages: string[];
  /** The failures of the attempts before the last one. */
  retryReasons?: string[] | null;
}

export interface Summary {
  /** The text that is printed at the end of a run. */
  text: string;
  /** False when more tests were retried than a run may retry. */
  isWithinRetries: boolean;
}

/** Summarises the files of a whole run: the slowest, or with `times` the time of every file, the retried tests and the failures. */
export function summarize(files: FileReport[], { times = false } = {}): Summary {
  const retried = files.flatMap(retriedIn);
  const isWithinRetries = retried.length <= RETRIES_ALLOWED;
  const verdict = isWithinRetries ? '' : `; a run may retry ${RETRIES_ALLOWED}, so this run fails`;
  const sections: [title: string, lines: string[]][] = [
    times ? ['Files by time:', slowest(files, files.length)] : ['Slowest files:', slowest(files, SLOWEST)],
    [`Retried, with the first failure (${retried.length}${verdict}):`, retried],
    ['Failed:', files.flatMap(failedIn)],
  ];
  const text = sections.map(([title, lines]) => (lines.length > 0 ? `\n${title}\n${lines.join('\n')}\n` : '')).join('');
  return { text, isWithinRetries };
}

function slowest(files: FileReport[], count: number): string[] {
  return files
    .map((file) => ({ path: pathOf(file), seconds: (file.endTime - file.startTime) / 1000 }))
    .sort((a, b) => b.seconds - a.seconds)
    .slice(0, count)
    .map(({ path, seconds }) => `  ${seconds.toFixed(1).padStart(6)} s  ${path}`);
}

function retriedIn(file: FileReport): string[] {
  return file.assertionResults
    .filter(({ invocations }) => (invocations ?? 1) > 1)
    .map(({ fullName, status, retryReasons }) => `  ${pathOf(file)}: ${fullName} (then ${status})\n${beginning(retryReasons?.[0] ?? '')}`);
}

/** The failed tests of a file; of a file that could not run, its own message. */
function failedIn(file: FileReport): string[] {
  const { status, message, assertionResults } = file;
  if (status === 'failed' && assertionResults.length === 0) return [`  ${pathOf(file)}\n${beginning(message)}`];
  const failed = assertionResults.filter((result) => result.status === 'failed');
  return failed.map(({ fullName, failureMessages }) => `  ${pathOf(file)}: ${fullName}\n${beginning(failureMessages.join('\n'))}`);
}

function pathOf({ name }: FileReport): string {
  return name.replace(/^.*\/dist\//, '');
}

function beginning(text: string): string {
  const lines = stripVTControlCharacters(text).split('\n').slice(0, LINES_OF_A_MESSAGE);
  return lines.map((line) => `    ${line.slice(0, 300)}`).join('\n');
}
