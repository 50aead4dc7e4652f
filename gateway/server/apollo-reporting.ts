/**
 * Imported before anything of Apollo's. From version 2.14 on, constructing an `ApolloGateway` starts an exporter
 * that sends figures about this process to its vendor unless this variable is set; ours sends nothing anywhere.
 * It is the only write to the environment, and nothing here reads it.
 */
process.env.APOLLO_TELEMETRY_DISABLED = 'true';
