import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { RunEvent } from './operations.ts';
import { advance, BEGINNING } from './run-progress.ts';

const started: RunEvent = { __typename: 'RunStarted', cursor: '1-1', attempt: 1, model: 'small' };
const word = (text: string): RunEvent => ({ __typename: 'TextDelta', cursor: '1-2', text });
const called: RunEvent = {
  __typename: 'ToolCallStarted',
  cursor: '1-3',
  callId: 'a',
  toolName: 'calculate',
  arguments: { expression: '1+1' },
};
const answered: RunEvent = {
  ...{ __typename: 'ToolCallFinished', cursor: '1-4', callId: 'a', toolName: 'calculate', succeeded: true, durationMs: 2 },
  toolCall: { id: 'x', result: { value: '2' }, failure: null, tool: { id: 't', title: 'Calculator' } },
} as RunEvent;

it('run progress joins text deltas', () => {
  assert.equal(advance(BEGINNING, [started, word('Every '), word('day.')]).text, 'Every day.');
});

it('run progress clears the text of an earlier attempt', () => {
  assert.equal(advance(BEGINNING, [started, word('Half a'), { ...started, attempt: 2 }, word('Whole.')]).text, 'Whole.');
});

const thought = (text: string): RunEvent => ({ __typename: 'ReasoningDelta', cursor: '1-2', text });

it('run progress keeps reasoning apart from the text', () => {
  const thinking = advance(BEGINNING, [started, thought('Which day? '), thought('Every day.')]);
  assert.deepEqual([thinking.text, thinking.reasoning, thinking.isReasoning], ['', 'Which day? Every day.', true]);
  const writing = advance(thinking, [word('Daily.')]);
  assert.deepEqual([writing.text, writing.reasoning, writing.isReasoning], ['Daily.', 'Which day? Every day.', false]);
});

it('run progress moves retracted text to the reasoning', () => {
  const progress = advance(BEGINNING, [
    started,
    word('Let me see'),
    { __typename: 'TextRetracted', cursor: '1-3', characters: 10 },
    word('Daily.'),
  ]);
  assert.deepEqual([progress.text, progress.reasoning], ['Daily.', 'Let me see']);
});

it('run progress names the current step until text arrives', () => {
  const searching = advance(BEGINNING, [started, { __typename: 'RetrievalStarted', cursor: '1-2', query: 'grease' }]);
  assert.deepEqual(searching.step, { verb: 'Searching', subject: '“grease”' });
  assert.equal(advance(searching, [word('So')]).step, undefined);
});

it('run progress records a tool call from start to result', () => {
  const running = advance(BEGINNING, [started, called]);
  assert.equal(running.calls[0]?.state, 'running');
  assert.deepEqual(advance(running, [answered]).calls, [
    {
      id: 'a',
      name: 'Calculator',
      arguments: { expression: '1+1' },
      result: { value: '2' },
      failure: null,
      durationMs: 2,
      state: 'succeeded',
    },
  ]);
});

it('run progress lists a document once for several passages', () => {
  const passage = (id: string, name: string) => ({ id, document: { id: name, name } });
  const read = (...passages: ReturnType<typeof passage>[]) =>
    advance(BEGINNING, [{ __typename: 'PassagesRetrieved', cursor: '1-2', durationMs: 3, passages }]).step?.subject;
  assert.equal(read(passage('1', 'Manual'), passage('2', 'Manual')), 'Manual');
  assert.equal(read(passage('1', 'Manual'), passage('2', 'Guide'), passage('3', 'Book')), 'Manual and 2 more');
});

it('run progress ignores unknown event types', () => {
  assert.equal(advance(BEGINNING, [{ __typename: 'SomethingNew', cursor: '1-9' } as unknown as RunEvent]), BEGINNING);
});
