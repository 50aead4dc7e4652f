/** Limits of one operation, the same over HTTP, WebSocket and server-sent events. */
export const LIMITS = {
  bodyBytes: 256 * 1024,
  tokens: 2000,
  depth: 12,
  /** The standard introspection query of tools needs this depth. */
  introspectionDepth: 20,
  /** Nested selection sets, including those of fragments. */
  nesting: 30,
  /** Nested lists and objects in a literal or in the type of a variable. */
  valueNesting: 20,
  /** Fields as written, and (`fields`) after fragments are expanded. */
  writtenFields: 500,
  fields: 1500,
  aliases: 30,
  rootFields: 15,
  directives: 40,
  directivesOnOne: 4,
  /** Maximum number of objects in a response, estimated from page sizes; see cost.ts. */
  cost: 10_000,
  page: 100,
  listItems: 250,
  variableDepth: 40,
  operationsPerSocket: 20,
  subscriptionsPerUser: 50,
} as const;
