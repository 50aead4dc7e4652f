import type { RunEvent } from './operations.ts';

/** A call of a tool, while the answer is being written and afterwards. */
export interface Call {
  id: string;
  name: string;
  arguments: unknown;
  result?: unknown;
  failure?: string | null;
  durationMs?: number | null;
  state: 'running' | 'succeeded' | 'failed';
}

/** Step in progress before the text; undefined while text arrives. */
export interface Step {
  verb: 'Thinking' | 'Searching' | 'Reading' | 'Calling';
  subject: string;
}

export interface Progress {
  text: string;
  /** Reasoning of the model; not part of the text. */
  reasoning: string;
  isReasoning: boolean;
  step: Step | undefined;
  calls: readonly Call[];
  model: string;
  ended: 'finished' | 'stopped' | 'failed' | undefined;
}

export const BEGINNING: Progress = {
  text: '',
  reasoning: '',
  isReasoning: false,
  step: { verb: 'Thinking', subject: '' },
  calls: [],
  model: '',
  ended: undefined,
};

/** Returns the progress after a batch of events. Unknown event types are ignored. */
export function advance(progress: Progress, events: readonly RunEvent[]): Progress {
  return events.reduce(one, progress);
}

function one(progress: Progress, event: RunEvent): Progress {
  switch (event.__typename) {
    case 'RunStarted':
      return { ...BEGINNING, model: event.model };
    case 'RetrievalStarted':
      return { ...progress, step: { verb: 'Searching', subject: `“${event.query}”` } };
    case 'PassagesRetrieved':
      return { ...progress, step: { verb: 'Reading', subject: namesOf(event.passages.map((passage) => passage?.document.name)) } };
    case 'TextDelta':
      return { ...progress, text: progress.text + event.text, isReasoning: false, step: undefined };
    case 'ReasoningDelta':
      return { ...progress, reasoning: progress.reasoning + event.text, isReasoning: true, step: undefined };
    case 'TextRetracted':
      return retracted(progress, event.characters);
    case 'ToolCallStarted':
      return {
        ...progress,
        isReasoning: false,
        step: { verb: 'Calling', subject: event.toolName },
        calls: [...progress.calls, { id: event.callId, name: event.toolName, arguments: event.arguments, state: 'running' }],
      };
    case 'ToolCallFinished':
      return {
        ...progress,
        step: { verb: 'Thinking', subject: '' },
        calls: progress.calls.map((call) => (call.id === event.callId ? finished(call, event) : call)),
      };
    case 'RunFinished':
      return { ...progress, step: undefined, isReasoning: false, ended: 'finished' };
    case 'RunStopped':
      return { ...progress, step: undefined, isReasoning: false, ended: 'stopped' };
    case 'RunFailed':
      return { ...progress, step: undefined, isReasoning: false, ended: 'failed' };
    default:
      return progress;
  }
}

/** The end of the text turned out to be reasoning. */
function retracted(progress: Progress, characters: number): Progress {
  const end = Math.max(0, progress.text.length - characters);
  return { ...progress, text: progress.text.slice(0, end), reasoning: progress.reasoning + progress.text.slice(end), isReasoning: true };
}

function finished(call: Call, event: RunEvent & { __typename: 'ToolCallFinished' }): Call {
  return {
    ...call,
    name: event.toolCall?.tool?.title ?? call.name,
    result: event.toolCall?.result,
    failure: event.toolCall?.failure ?? null,
    durationMs: event.durationMs,
    state: event.succeeded ? 'succeeded' : 'failed',
  };
}

function namesOf(names: (string | undefined)[]): string {
  const distinct = [...new Set(names.filter((name) => name !== undefined))];
  if (distinct.length === 0) return '';
  const [first] = distinct;
  return distinct.length === 1 ? `${first}` : `${first} and ${distinct.length - 1} more`;
}
