/** How much one operation may ask for, over HTTP, WebSocket and event streams alike. */
export const LIMITS = {
  bodyBytes: 256 * 1024,
  tokens: 2000,
  depth: 12,
  /** The introspection query that every tool sends is this deep. */
  introspectionDepth: 20,
  /** Selection sets within each other, those of fragments included. */
  nesting: 30,
  /** Lists and objects within each other, in a literal or in the type of a variable. */
  valueNesting: 20,
  /** Fields as written, and as they are once fragments are spread. */
  writtenFields: 500,
  fields: 1500,
  aliases: 30,
  rootFields: 15,
  directives: 40,
  directivesOnOne: 4,
  /** Objects that an answer may hold at most, by page sizes; see cost.ts. */
  cost: 10_000,
  page: 100,
  listItems: 250,
  variableDepth: 40,
  operationsPerSocket: 20,
  subscriptionsPerUser: 50,
} as const;
