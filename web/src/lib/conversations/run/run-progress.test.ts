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

it('joins the words of an answer', () => {
  assert.equal(advance(BEGINNING, [started, word('Every '), word('day.')]).text, 'Every day.');
});

it('clears what an earlier attempt wrote', () => {
  assert.equal(advance(BEGINNING, [started, word('Half a'), { ...started, attempt: 2 }, word('Whole.')]).text, 'Whole.');
});

const thought = (text: string): RunEvent => ({ __typename: 'ReasoningDelta', cursor: '1-2', text });

it('keeps what the model thinks apart from the text', () => {
  const thinking = advance(BEGINNING, [started, thought('Which day? '), thought('Every day.')]);
  assert.deepEqual([thinking.text, thinking.reasoning, thinking.isReasoning], ['', 'Which day? Every day.', true]);
  const writing = advance(thinking, [word('Daily.')]);
  assert.deepEqual([writing.text, writing.reasoning, writing.isReasoning], ['Daily.', 'Which day? Every day.', false]);
});

it('moves text to the reasoning when it is retracted', () => {
  const progress = advance(BEGINNING, [
    started,
    word('Let me see'),
    { __typename: 'TextRetracted', cursor: '1-3', characters: 10 },
    word('Daily.'),
  ]);
  assert.deepEqual([progress.text, progress.reasoning], ['Daily.', 'Let me see']);
});

it('waits for something until words come, and says for what', () => {
  const searching = advance(BEGINNING, [started, { __typename: 'RetrievalStarted', cursor: '1-2', query: 'grease' }]);
  assert.deepEqual(searching.step, { verb: 'Searching', subject: '“grease”' });
  assert.equal(advance(searching, [word('So')]).step, undefined);
});

it('keeps a call of a tool, from its start to its result', () => {
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

it('names a document once, however many passages of it were found', () => {
  const passage = (id: string, name: string) => ({ id, document: { id: name, name } });
  const read = (...passages: ReturnType<typeof passage>[]) =>
    advance(BEGINNING, [{ __typename: 'PassagesRetrieved', cursor: '1-2', durationMs: 3, passages }]).step?.subject;
  assert.equal(read(passage('1', 'Manual'), passage('2', 'Manual')), 'Manual');
  assert.equal(read(passage('1', 'Manual'), passage('2', 'Guide'), passage('3', 'Book')), 'Manual and 2 more');
});

it('passes over events that a newer platform may send', () => {
  assert.equal(advance(BEGINNING, [{ __typename: 'SomethingNew', cursor: '1-9' } as unknown as RunEvent]), BEGINNING);
});
