import { describe, expect, it } from '@jest/globals';
import { SOURCES } from './sources.ts';
import { textsOf, type Text } from './texts.ts';

/** Turns that are not plain technical English, and the replacement. */
const BANNED: [turn: RegExp, instead: string][] = [
  [/\bwho(?:so)?ever\b|\bwhatever\b/i, 'name the caller, client, user or value'],
  [/\banew\b/i, 'again'],
  [/^(?:so|how) (?:long|often|well)\b|\bso long\b(?! as)/i, 'name the timeout, interval or limit, with its unit'],
  [/(?<!\bthere )\bis no (?!longer|more)/i, 'is not, has no'],
  [/\bcomes? to be\b|\bbegins? to be\b|\bis to be said\b/i, 'use a plain verb'],
  [/\b(?:is|are|be|been|was|were|being) told\b|\btells? (?:it|of|who|all|every)\b/i, 'notify, publish, report, return'],
  [/\bhears?\b|\bheard\b|\bdeaf\b/i, 'receive, be subscribed'],
  [/\ball the same\b/i, 'still, nevertheless, also'],
  [/^(?:who|what|of (?:a|an|the|what|two|its)|where none)\b(?![^.]*\?)/i, 'begin with a verb in the third person, or state the constraint'],
  [/\bnobody\b|\bwho is cut off\b/i, 'no caller, no process, nothing'],
  [/\bsurely\b|\bmended\b|\bthe truth\b|\ba moment old\b/i, 'use the standard term'],
  [/\bout of what\b|\bwhat lies\b|\bwill not do\b|\bhave to themselves\b/i, 'say what it is'],
  [/\b(?:at|of|through|behind) the door\b|\bthe door (?:says|reads|lets|opens)\b|\bof the (?:room|house)\b/i, 'server, module, folder'],
  [/\blets? (?:us|me|somebody|people) in\b|\bwhich of them counts\b/i, 'say what failed and what to do'],
];

/** Matches codes such as `W13`, which say nothing without a catalogue; technical terms of the same form are allowed. */
const CODE = /\b(?!(?:BM25|S3)\b)[A-Z]{1,2}\d{1,2}\b/;

/** Returns the banned turns of a text with their replacements, and the code in a test title. */
function faultsOf({ kind, text }: Pick<Text, 'kind' | 'text'>): string[] {
  const rules = kind === 'title' ? [...BANNED, [CODE, 'name the behaviour'] as const] : BANNED;
  return rules.flatMap(([turn, instead]) => {
    const [found] = turn.exec(text) ?? [];
    return found ? [`"${found}": ${instead}`] : [];
  });
}

const EXEMPT = /^tests\/rules\/prose\.test\.ts$/;

describe('comments, test titles, log messages and descriptions', () => {
  it('are plain technical English', () => {
    const faults = SOURCES.filter((file) => !EXEMPT.test(file)).flatMap((file) =>
      textsOf(file).flatMap((text) => faultsOf(text).map((fault) => `${file}:${text.line} ${text.kind}, ${fault}`)),
    );
    expect(faults).toEqual([]);
  });
});

describe('the list of banned turns', () => {
  it.each([
    'So long whoever asks waits for a round trip.',
    'So often a round trip is made although nobody asks: whoever only listens wants to know too.',
    'How well this process hears from now on.',
    'Calls back with false when messages begin to be missed here.',
    'So long, in milliseconds, a gateway may believe what it has read about a session.',
    'Closes what is idle, lets what is under way end: who is cut off cannot know that nothing was done.',
    'What is no page may load, run and be framed by nothing.',
    'How long, before it closes, the door says that it is not ready and serves all the same',
    'The gateway puts every operation on it just before it runs; the door reads afterwards what the operation weighed.',
    'How long each request took, and `/metrics`, which tells it. Whoever may not read there finds nothing.',
    'No answer came. `mayHaveBegun` is false where the replica surely did nothing.',
    'Cuts the response out of what the subgraphs delivered, nulls carried up as the schema says.',
    '`place` changes afterwards, so whoever keeps it copies it.',
    'Whoever stands at the door with one request.',
    'Revocations are told over the bus, and when it may have lost one the truth is read.',
    'Or it is no text',
    'Takes the value back, in every process that can be told; another keeps it for half a minute at most.',
    'What is taken back is told to all over the bus.',
    'The reading of what may be a moment old, given the entity manager of the room: it answers where no replica does.',
    'Waits for nobody: until a replica is known to be well, the primary answers.',
    'What lies behind a failure says more than it does.',
    'A port that this process has no use for; who uses it all the same learns which.',
    'Of a process that died its people fade within half a minute.',
    'Processes that share the work share what lies under it: what the embedded adapters keep to themselves will not do.',
    'Whether nothing is asked of an object but who it is, which whoever refers to it knows without reading it.',
    'Takes over what nobody writes any more, and renews what is written here.',
    'Where none does, one comes to be: the very first is active at once.',
    'What is to be said of each product that ended without being told to.',
    'is set, and so is X_FILE; which of them counts?',
    'the server does not let us in or does not answer: ECONNREFUSED',
  ])('reports %j', (text) => {
    expect(faultsOf({ kind: 'comment', text })).not.toEqual([]);
  });

  it.each([
    'Claims runs whose lease has expired.',
    'Returns a reader for stale-tolerant queries: a fresh replica, else the primary.',
    'There is no index yet, so the first search scans the table.',
    'What does a viewer see while the page loads?',
  ])('accepts %j', (text) => {
    expect(faultsOf({ kind: 'comment', text })).toEqual([]);
  });

  it.each([
    ['W13 closes with 4403 within five seconds', 1],
    ['ranks by BM25', 0],
    ['the S3 file store', 0],
  ])('reports the code in the title %j: %d', (text, count) => {
    expect(faultsOf({ kind: 'title', text })).toHaveLength(count);
  });
});
