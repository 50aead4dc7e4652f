import assert from 'node:assert/strict';
import { it } from 'node:test';
import { appendExchange, type Exchange } from './append-exchange.ts';

type Message = Exchange['message'];
const message = (id: string, parentId: string | null) => ({ id, parentId }) as Message;
const exchange = (own: Message, answer: Message) => ({ message: own, run: { id: 'r', message: answer } });
const ids = (messages: Message[]) => messages.map(({ id }) => id);
const thread = [message('q1', null), message('a1', 'q1'), message('q2', 'a1'), message('a2', 'q2')];

it('appendExchange adds a message and its answer at the end', () => {
  assert.deepEqual(ids(appendExchange(thread, exchange(message('q3', 'a2'), message('a3', 'q3')))), ['q1', 'a1', 'q2', 'a2', 'q3', 'a3']);
});

it('appendExchange replaces the original of an edited message', () => {
  assert.deepEqual(ids(appendExchange(thread, exchange(message('q2b', 'a1'), message('a2b', 'q2b')))), ['q1', 'a1', 'q2b', 'a2b']);
});

it('appendExchange puts an edited first message first', () => {
  assert.deepEqual(ids(appendExchange(thread, exchange(message('q1b', null), message('a1b', 'q1b')))), ['q1b', 'a1b']);
});

it('appendExchange puts a regenerated answer under its question', () => {
  assert.deepEqual(ids(appendExchange(thread, exchange(message('q1', null), message('a1b', 'q1')))), ['q1', 'a1b']);
});
