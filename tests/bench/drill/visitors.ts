import { setTimeout as pause } from 'node:timers/promises';
import type { Member } from './company.ts';

/** The pause between two actions of one person. */
const THINKING_MS = 200;
const CONVERSATION = `query ($id: ID!) { conversation(id: $id) { title messages(first: 20) { edges { node { id text } } } } }`;
const CONVERSATIONS = '{ conversations(first: 20) { edges { node { id title } } } }';
const SEARCH_MESSAGES = 'query ($query: String!) { searchMessages(query: $query) { message { id } } }';
const SEARCH = 'query ($input: SearchKnowledgeInput!) { searchKnowledge(input: $input) { passage { id } } }';

export interface Visit {
  /** The duration of each request, in milliseconds. */
  requests: number[];
  /** The time from the question to the last token, in milliseconds. */
  answers: number[];
  /** The reasons of failures. */
  failed: string[];
}

/** Lets people read, search and ask, one action after the other, until `happening` is over. */
export async function whilePeopleAsk<T>(people: Member[], happening: () => Promise<T>): Promise<Visit & { value: T }> {
  const visit: Visit = { requests: [], answers: [], failed: [] };
  let isOver = false;
  const visitor = async (member: Member) => {
    for (let turn = 0; !isOver; turn++) {
      await act(member, turn, visit).catch((error: Error) => void visit.failed.push(error.message));
      await pause(THINKING_MS);
    }
  };
  const all = people.map(visitor);
  try {
    return { ...visit, value: await happening() };
  } finally {
    isOver = true;
    await Promise.all(all);
  }
}

async function act({ person, conversationId, knowledgeBaseId }: Member, turn: number, { requests, answers }: Visit): Promise<void> {
  const request = async <T>(work: Promise<T>): Promise<T> => {
    const began = performance.now();
    const value = await work;
    requests.push(performance.now() - began);
    return value;
  };
  if (turn % 4 === 0) await request(person.ask(CONVERSATIONS));
  else if (turn % 4 === 1) await request(person.ask(CONVERSATION, { id: conversationId }));
  else if (turn % 4 === 2)
    await request(
      knowledgeBaseId
        ? person.ask(SEARCH, { input: { query: 'Who opens the locker?', knowledgeBaseIds: [knowledgeBaseId] } })
        : person.ask(SEARCH_MESSAGES, { query: 'lantern' }),
    );
  else {
    const began = performance.now();
    const { runId } = await request(person.send(conversationId, `What about the bridge, the ${turn}th time?`));
    const { last } = await person.follow(runId);
    if (last.__typename !== 'RunFinished') throw new Error(`an answer ended with ${last.__typename}`);
    answers.push(performance.now() - began);
  }
}
