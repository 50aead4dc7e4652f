/** The custom scalars, the same in every subgraph. */
export { GraphQLDateTime as DateTime, GraphQLJSON as Json } from 'graphql-scalars';
