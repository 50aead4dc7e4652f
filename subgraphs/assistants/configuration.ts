import type { Graph } from '../../infra/graph/graph.ts';
import { Failure } from '../../schema/errors.ts';
import type { Identity } from '../../schema/viewer.ts';
import { askEach } from '../framework/ask-each.ts';
import { graphql } from '../framework/graphql.ts';
import type { CreateAssistantInput } from './assistant.input.ts';
import type { PageAccess } from './version.entity.ts';

/** The whole configuration of an assistant, stored with each version. */
export interface Configuration {
  name: string;
  instructions: string;
  model: string | null;
  temperature: number | null;
  knowledgeBaseIds: string[];
  toolIds: string[];
  pageAccess: PageAccess;
  starters: string[];
}

const TOOLS = graphql(`
  query AssistantTools {
    tools {
      id
    }
  }
`);
const KNOWLEDGE_BASE = graphql(`
  query AssistantKnowledgeBases($id: ID!) {
    knowledgeBase(id: $id) {
      id
    }
  }
`);

const MAX_KNOWLEDGE_BASES = 20;
const MAX_STARTERS = 8;

type Fields = Partial<Omit<CreateAssistantInput, 'description'>>;

/** Merges the given fields into a configuration. Throws `BAD_USER_INPUT` with the invalid field. */
export function configure(before: Configuration | null, given: Fields): Configuration {
  const starters = (given.starters ?? before?.starters ?? []).map((text) => bounded('starters', text, 1, 200));
  if (starters.length > MAX_STARTERS) refuse('starters', `At most ${MAX_STARTERS} conversation starters.`);
  const knowledgeBaseIds = [...new Set(given.knowledgeBaseIds ?? before?.knowledgeBaseIds ?? [])];
  if (knowledgeBaseIds.length > MAX_KNOWLEDGE_BASES) refuse('knowledgeBaseIds', `At most ${MAX_KNOWLEDGE_BASES} knowledge bases.`);
  const temperature = given.temperature === undefined ? (before?.temperature ?? null) : given.temperature;
  if (temperature !== null && !(temperature >= 0 && temperature <= 2)) refuse('temperature', 'The temperature must be between 0 and 2.');
  return {
    name: bounded('name', given.name ?? before?.name ?? '', 1, 100),
    instructions: bounded('instructions', given.instructions ?? before?.instructions ?? '', 0, 20_000),
    model: given.model === undefined ? (before?.model ?? null) : given.model,
    temperature,
    knowledgeBaseIds,
    toolIds: [...new Set(given.toolIds ?? before?.toolIds ?? [])],
    pageAccess: given.pageAccess ?? before?.pageAccess ?? 'NAMED',
    starters,
  };
}

export function bounded(field: string, text: string, min: number, max: number): string {
  const trimmed = text.trim();
  if (trimmed.length < min) refuse(field, `\`${field}\` must not be empty.`);
  if (trimmed.length > max) refuse(field, `\`${field}\` has ${trimmed.length} characters; ${max} are allowed.`);
  return trimmed;
}

/** Checks that the knowledge bases belong to the caller and that the tools exist, by queries with the caller's rights. */
export async function requireReachable(
  graph: Graph,
  identity: Identity,
  wanted: Pick<Configuration, 'knowledgeBaseIds' | 'toolIds'>,
): Promise<void> {
  const { knowledgeBaseIds, toolIds } = wanted;
  if (knowledgeBaseIds.length === 0 && toolIds.length === 0) return;
  const bases = askEach(
    graph,
    KNOWLEDGE_BASE,
    knowledgeBaseIds.map((id) => ({ id })),
    identity,
  ).catch((error: unknown) => {
    if (error instanceof Failure && error.code === 'NOT_FOUND')
      refuse('knowledgeBaseIds', 'One of the knowledge bases does not exist, or it is not yours.');
    throw error;
  });
  const [{ tools }] = await Promise.all([graph.ask(TOOLS, {}, identity), bases]);
  const known = new Set(tools.map((tool) => tool.id));
  const unknown = toolIds.find((id) => !known.has(id));
  if (unknown) refuse('toolIds', `There is no tool "${unknown.slice(0, 100)}".`);
}

function refuse(field: string, reason: string): never {
  throw new Failure('BAD_USER_INPUT', { reason, field });
}
