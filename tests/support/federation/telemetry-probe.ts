import net from 'node:net';
import { composeFiles } from '../../../gateway/compose.ts';
import { openLog } from '../../../infra/log.ts';

/**
 * Runs as a separate process: loads a gateway, ours or Apollo's, stops it, and prints the addresses that were tried as JSON. No attempt
 * leaves the process.
 */
const attempts: unknown[] = [];
net.Socket.prototype.connect = function (this: net.Socket, ...given: unknown[]) {
  attempts.push(given.flat()[0]);
  queueMicrotask(() => this.destroy(new Error('refused by the probe')));
  return this;
} as never;

const supergraphSdl = composeFiles({ only: 'type Query { field: Int }' })['supergraph.graphql']!;

if (process.argv[2] === 'ours') {
  const { Gateway } = await import('../../../gateway/gateway.ts');
  const gateway = new Gateway({ supergraphSdl, sources: new Map(), plannerName: 'hive', log: openLog('silent') });
  await gateway.load();
  await gateway.stop();
} else {
  const { ApolloGateway } = await import('@apollo/gateway');
  const gateway = new ApolloGateway({ supergraphSdl, logger: { debug() {}, info() {}, warn() {}, error() {} } });
  await gateway.load();
  await gateway.stop();
}

process.once('beforeExit', () => process.stdout.write(JSON.stringify(attempts)));
