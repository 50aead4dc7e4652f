import type { Plan } from './plan.ts';
import type { PlannerName } from './planner.ts';

/** Messages to the planning process. A supergraph is sent once, before its first document. */
export type Order = { kind: 'supergraph'; id: number; sdl: string } | { kind: 'forget'; id: number } | PlanOrder;

export interface PlanOrder {
  kind: 'plan';
  /** The id of the supergraph. */
  supergraph: number;
  engine: PlannerName;
  query: string;
}

/** Messages from the planning process: `ready` once, then one reply for each `plan`. */
export type Reply = { kind: 'ready' } | PlanReply;

export type PlanReply = { rssBytes: number } & (
  | { kind: 'planned'; plan: Plan }
  /** The planner threw an exception. */
  | { kind: 'refused'; reason: string }
  /** The native planner has no build for this platform. */
  | { kind: 'missing'; reason: string }
);
