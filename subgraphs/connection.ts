import { ArgsType, Directive, Field, Int, ObjectType, type ClassType } from 'type-graphql';
import { Failure } from '../schema/errors.ts';

export const MAX_PAGE = 100;

@Directive('@shareable')
@ObjectType({ description: 'Where a page stands within its list.' })
export class PageInfo {
  @Field(() => Boolean, { description: 'True when more follows `endCursor`.' })
  hasNextPage!: boolean;

  @Field(() => Boolean, { description: 'True when the page did not start at the beginning.' })
  hasPreviousPage!: boolean;

  @Field(() => String, { nullable: true, description: 'Pass as `after` to read what came before this page again; null on an empty page.' })
  startCursor!: string | null;

  @Field(() => String, { nullable: true, description: 'Pass as `after` to read on; null on an empty page.' })
  endCursor!: string | null;
}

@ArgsType()
export class PageArgs {
  @Field(() => Int, { nullable: true, description: 'How many at most, 1 to 100; 20 when absent.' })
  first?: number | null;

  @Field(() => String, { nullable: true, description: 'The cursor to read on from.' })
  after?: string | null;
}

export interface Connection<Node> {
  edges: { node: Node; cursor: string }[];
  pageInfo: PageInfo;
  totalCount: number;
}

/** The connection and edge types of a node type: `<name>Connection`, `<name>Edge`. */
export function connectionType<Node extends object>(name: string, node: ClassType<Node>): ClassType<Connection<Node>> {
  @ObjectType(`${name}Edge`, { description: 'One item of a list and its cursor.' })
  class Edge {
    @Field(() => node, { description: 'The item.' })
    node!: Node;

    @Field(() => String, { description: 'The place of the item in the list.' })
    cursor!: string;
  }

  @ObjectType(`${name}Connection`, { description: 'A page of a list.' })
  class ConnectionClass {
    @Field(() => [Edge], { description: 'The items of the page, in the order of the list.' })
    edges!: Edge[];

    @Field(() => PageInfo, { description: 'Where the page stands.' })
    pageInfo!: PageInfo;

    @Field(() => Int, { description: 'How many items the whole list has.' })
    totalCount!: number;
  }
  return ConnectionClass;
}

/** `first` within 1..100, or `BAD_USER_INPUT`. */
export function pageSize(args: PageArgs, fallback = 20): number {
  const first = args.first ?? fallback;
  if (first < 1 || first > MAX_PAGE) {
    throw new Failure('BAD_USER_INPUT', { reason: `\`first\` must be between 1 and ${MAX_PAGE}.`, field: 'first' });
  }
  return first;
}

/** A cursor is the sort key of its row, opaque to clients. */
export function encodeCursor(key: (string | number)[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

export function decodeCursor(cursor: string, length: number): string[] {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(key) && key.length === length && key.every((part) => typeof part === 'string')) return key;
  } catch {
    // falls through to the failure below
  }
  throw new Failure('BAD_USER_INPUT', { reason: 'The cursor is not one that this list gave.', field: 'after' });
}

/** Makes a page of `first` from up to `first + 1` rows. */
export function toConnection<Row, Node>(
  rows: Row[],
  first: number,
  totalCount: number,
  args: PageArgs,
  cursorOf: (row: Row) => (string | number)[],
  nodeOf: (row: Row) => Node,
): Connection<Node> {
  const edges = rows.slice(0, first).map((row) => ({ node: nodeOf(row), cursor: encodeCursor(cursorOf(row)) }));
  return {
    edges,
    totalCount,
    pageInfo: {
      hasNextPage: rows.length > first,
      hasPreviousPage: Boolean(args.after),
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}
