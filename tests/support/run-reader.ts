import type { Client } from 'graphql-ws';

export const RUN_EVENTS = `subscription ($runId: ID!, $after: String) {
  runEvents(runId: $runId, after: $after) {
    __typename
    cursor
    ... on RunStarted { attempt model }
    ... on RetrievalStarted { query }
    ... on TextDelta { text }
    ... on ReasoningDelta { text }
    ... on TextRetracted { characters }
    ... on ToolCallStarted { callId toolName arguments }
    ... on ToolCallFinished { callId toolName succeeded }
    ... on RunFailed { code retryable reason: message }
    ... on RunFinished { answer: message { id text } }
    ... on RunStopped { answer: message { id text } }
  }
}`;

export interface ReadRun {
  events: any[];
  /** The text as a client shows it: a new attempt clears that of an earlier one. */
  text: string;
  kinds: string[];
  last: any;
}

/** Reads the events of a run from a cursor to the end. */
export async function readRun(client: Client, runId: string, after?: string): Promise<ReadRun> {
  const events: any[] = [];
  for await (const { data, errors } of client.iterate<any>({ query: RUN_EVENTS, variables: { runId, after } })) {
    if (errors) throw new Error(JSON.stringify(errors));
    events.push(data.runEvents);
  }
  return { events, text: shownText(events), kinds: events.map((event) => event.__typename), last: events.at(-1) };
}

export function shownText(events: any[]): string {
  let text = '';
  for (const event of events) {
    if (event.__typename === 'RunStarted') text = '';
    if (event.__typename === 'TextDelta') text += event.text;
    if (event.__typename === 'TextRetracted') text = text.slice(0, -event.characters);
  }
  return text;
}
