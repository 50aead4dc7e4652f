import type { EntityName, FilterQuery, QueryOrderMap } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/sql';
import { ArgsType, Directive, Field, Int, ObjectType, type ClassType } from 'type-graphql';
import { isId } from '../../infra/id.ts';
import { Failure } from '../../schema/errors.ts';

export const MAX_PAGE = 100;

@Directive('@shareable')
@ObjectType({ description: 'The position of a page in its list.' })
export class PageInfo {
  @Field(() => Boolean, { description: 'True if there are more items after `endCursor`.' })
  hasNextPage!: boolean;

  @Field(() => Boolean, { description: 'True if there are items before this page.' })
  hasPreviousPage!: boolean;

  @Field(() => String, { nullable: true, description: 'The cursor of the first item; null on an empty page.' })
  startCursor!: string | null;

  @Field(() => String, { nullable: true, description: 'Pass as `after` to read the next page; null on an empty page.' })
  endCursor!: string | null;
}

@ArgsType()
export class PageArgs {
  @Field(() => Int, { nullable: true, description: 'How many at most, 1 to 100; 20 when absent.' })
  first?: number | null;

  @Field(() => String, { nullable: true, description: 'The cursor to continue from.' })
  after?: string | null;
}

export interface Connection<Node> {
  edges: { node: Node; cursor: string }[];
  pageInfo: PageInfo;
  totalCount: number;
}

/** Creates the connection and edge types of a node type: `<name>Connection`, `<name>Edge`. */
export function connectionType<Node extends object>(name: string, node: ClassType<Node>): ClassType<Connection<Node>> {
  @ObjectType(`${name}Edge`, { description: 'One item of a list and its cursor.' })
  class Edge {
    @Field(() => node, { description: 'The item.' })
    node!: Node;

    @Field(() => String, { description: 'The position of the item in the list.' })
    cursor!: string;
  }

  @ObjectType(`${name}Connection`, { description: 'A page of a list.' })
  class ConnectionClass {
    @Field(() => [Edge], { description: 'The items of the page, in the order of the list.' })
    edges!: Edge[];

    @Field(() => PageInfo, { description: 'The position of the page.' })
    pageInfo!: PageInfo;

    @Field(() => Int, { description: 'The total number of items.' })
    totalCount!: number;
  }
  return ConnectionClass;
}

/** The sort columns of a list, which together are unique, each with the parser of its text in a cursor. */
export interface Sort {
  direction: 'asc' | 'desc';
  key: Record<string, (text: string) => unknown>;
}

// Ids are monotonic (UUIDv7).
export const OLDEST_FIRST: Sort = { direction: 'asc', key: { id: readId } };
export const NEWEST_FIRST: Sort = { direction: 'desc', key: { id: readId } };

/**
 * Lists one page of the rows that match `where`, after the sort key in the cursor; the row of the cursor may have been
 * deleted.
 */
export async function listPage<Row extends object>(
  em: SqlEntityManager,
  entity: EntityName<Row>,
  where: FilterQuery<NoInfer<Row>>,
  { direction, key }: Sort,
  args: PageArgs,
): Promise<Connection<Row>> {
  const first = pageSize(args);
  const page = args.after ? ({ $and: [where, isBeyond(readCursor(args.after, key), direction)] } as FilterQuery<NoInfer<Row>>) : where;
  const orderBy = Object.keys(key).map((column) => ({ [column]: direction }) as QueryOrderMap<Row>);
  const rows = await em.find<Row>(entity, page, { orderBy, limit: first + 1 });
  const total = await em.count<Row>(entity, where);
  return toConnection(rows.slice(0, first), total, Object.keys(key), { before: Boolean(args.after), after: rows.length > first });
}

/** Builds a connection from rows, given whether there are others before and after them. */
export function toConnection<Row extends object>(
  rows: Row[],
  totalCount: number,
  columns: string[],
  more: { before: boolean; after: boolean },
): Connection<Row> {
  const edges = rows.map((node) => ({ node, cursor: printCursor(columns.map((column) => node[column as keyof Row])) }));
  const [startCursor, endCursor] = [edges[0]?.cursor ?? null, edges.at(-1)?.cursor ?? null];
  return { edges, totalCount, pageInfo: { hasNextPage: more.after, hasPreviousPage: more.before, startCursor, endCursor } };
}

/** Parses a cursor to the values of the sort key, by column. Throws `BAD_USER_INPUT` with the name of the argument. */
export function readCursor(cursor: string, key: Sort['key'], field = 'after'): Record<string, unknown> {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    const columns = Object.entries(key);
    if (Array.isArray(parts) && parts.length === columns.length)
      return Object.fromEntries(columns.map(([column, read], i) => [column, read(String(parts[i]))]));
  } catch {
    // falls through to the failure below
  }
  throw new Failure('BAD_USER_INPUT', { reason: 'The cursor is not one of this list.', field });
}

export function readInstant(text: string): Date {
  const date = new Date(text);
  // Throws if it is not a valid date.
  date.toISOString();
  return date;
}

export function readId(text: string): string {
  if (!isId(text)) throw new TypeError('not an id');
  return text;
}

/** Escapes `%`, `_` and `\`, so that user input matches literally. */
export function contains(search: string): { $ilike: string } {
  const letters = search
    .trim()
    .slice(0, 200)
    .replace(/[\\%_]/g, '\\$&');
  return { $ilike: `%${letters}%` };
}

/** Validates `first`: 1 to 100, else `BAD_USER_INPUT`. */
export function pageSize(args: PageArgs, fallback = 20): number {
  const first = args.first ?? fallback;
  if (first < 1 || first > MAX_PAGE) {
    throw new Failure('BAD_USER_INPUT', { reason: `\`first\` must be between 1 and ${MAX_PAGE}.`, field: 'first' });
  }
  return first;
}

/** A cursor is the sort key of its row, opaque to clients. */
function printCursor(parts: unknown[]): string {
  return Buffer.from(JSON.stringify(parts.map((part) => (part instanceof Date ? part.toISOString() : String(part))))).toString('base64url');
}

/** Matches the rows after a sort key: equal in the first columns, greater in the next one. */
function isBeyond(place: Record<string, unknown>, direction: Sort['direction']): Record<string, unknown> {
  const columns = Object.entries(place);
  const beyond = direction === 'asc' ? '$gt' : '$lt';
  return { $or: columns.map(([column, value], i) => ({ ...Object.fromEntries(columns.slice(0, i)), [column]: { [beyond]: value } })) };
}
