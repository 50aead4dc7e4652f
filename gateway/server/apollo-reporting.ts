/**
 * Must be imported before any Apollo package. Since version 2.14, constructing an `ApolloGateway` starts an exporter that
 * sends telemetry of this process to the vendor unless this variable is set. It is the only write to the environment.
 */
process.env.APOLLO_TELEMETRY_DISABLED = 'true';
