import { Failure, type ErrorCode } from '../../../schema/errors.ts';
import type { StoredRunEvent } from '../../../schema/channels.ts';
import type { RunEventType } from './run-event.type.ts';

/** The data of run events by kind, with ids for objects of other tables or subgraphs. */
export type RunEventData =
  | { kind: 'RunStarted'; model: string }
  | { kind: 'RetrievalStarted'; query: string; knowledgeBases: string[] }
  | { kind: 'PassagesRetrieved'; passageIds: string[]; durationMs: number }
  | { kind: 'TextDelta'; text: string }
  | { kind: 'ReasoningDelta'; text: string }
  | { kind: 'TextRetracted'; characters: number }
  | { kind: 'ToolCallStarted'; callId: string; toolName: string; arguments: unknown }
  | { kind: 'ToolCallFinished'; callId: string; toolName: string; succeeded: boolean; durationMs: number; toolCallId: string | null }
  | { kind: 'RunFinished'; messageId: string }
  | { kind: 'RunStopped'; messageId: string }
  | { kind: 'RunFailed'; code: ErrorCode; message: string; retryable: boolean };

const LAST = new Set(['RunFinished', 'RunStopped', 'RunFailed']);

/** Returns true for the last event of a run. */
export function endsRun(kind: string): boolean {
  return LAST.has(kind);
}

/** A position in a run's log: after event `seq` of `attempt`. */
export interface Cursor {
  attempt: number;
  seq: number;
}

export const BEGINNING: Cursor = { attempt: 0, seq: 0 };

export function printCursor({ attempt, seq }: Cursor): string {
  return `${attempt}-${seq}`;
}

export function parseCursor(text: string): Cursor {
  const match = /^(\d{1,6})-(\d{1,9})$/.exec(text);
  if (!match) throw new Failure('BAD_USER_INPUT', { reason: '`after` is not a cursor of a run event.', field: 'after' });
  return { attempt: Number(match[1]), seq: Number(match[2]) };
}

/** Returns true if `a` comes after `b`. */
export function isBehind(a: Cursor, b: Cursor): boolean {
  return a.attempt < b.attempt || (a.attempt === b.attempt && a.seq < b.seq);
}

/** Converts a stored event to its GraphQL type. */
export function showEvent(event: StoredRunEvent): RunEventType {
  const { messageId, passageIds, toolCallId, ...data } = event.data as {
    messageId?: string;
    passageIds?: string[];
    toolCallId?: string | null;
  };
  return {
    ...data,
    kind: event.kind,
    cursor: printCursor(event),
    ...(event.kind === 'RunStarted' ? { attempt: event.attempt } : {}),
    ...(passageIds ? { passages: passageIds.map((id) => ({ id })) } : {}),
    ...(event.kind === 'ToolCallFinished' ? { toolCall: toolCallId ? { id: toolCallId } : null } : {}),
    ...(messageId ? { messageId } : {}),
  };
}
