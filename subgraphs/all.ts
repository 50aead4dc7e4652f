import 'reflect-metadata';
import { analytics } from './analytics/analytics.ts';
import { assistants } from './assistants/assistants.ts';
import { conversations } from './conversations/conversations.ts';
import { knowledge } from './knowledge/knowledge.ts';
import type { Subgraph } from './framework/subgraph.ts';
import { tools } from './tools/tools.ts';
import { users } from './users/users.ts';

/** All subgraphs, in build order. */
export const all = [users, assistants, conversations, knowledge, tools, analytics] as unknown as Subgraph[];
