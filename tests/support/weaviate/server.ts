import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WeaviateAddress } from '../../../infra/vectors/weaviate.ts';
import { eventually } from '../eventually.ts';
import { freePort } from '../free-port.ts';
import { findProgram } from '../program.ts';
import { ServerProcess } from '../server-process.ts';

const program = findProgram('weaviate', 'weaviate-server');

/** Null, or the reason why there can be no server. */
export const missingWeaviate = program.missing;

/** A temporary Weaviate server of one test that requires a key; it restarts at the same address with its data. */
export interface Weaviate {
  address: Required<Pick<WeaviateAddress, 'url' | 'grpcPort'>> & { apiKey: string };
  /** The environment of a product that uses it. */
  env: Record<string, string>;
  start(): Promise<void>;
  /** Sends SIGTERM. */
  end(): Promise<void>;
  /** Makes the server accept connections, and answer none. */
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
}

export async function startWeaviate(): Promise<Weaviate> {
  const directory = mkdtempSync(join(tmpdir(), 'parley-weaviate-'));
  const [http, grpc, gossip, data, raft, internal] = await Promise.all(Array.from({ length: 6 }, freePort));
  const apiKey = 'a key for tests';
  const server = new ServerProcess(
    [program.path!, '--host', '127.0.0.1', '--port', String(http), '--scheme', 'http'],
    /Serving weaviate at/,
    {
      env: {
        ...process.env,
        PERSISTENCE_DATA_PATH: directory,
        DEFAULT_VECTORIZER_MODULE: 'none',
        DISABLE_TELEMETRY: 'true',
        GO_PROFILING_DISABLE: 'true',
        GRPC_PORT: String(grpc),
        CLUSTER_HOSTNAME: 'node1',
        CLUSTER_ADVERTISE_ADDR: '127.0.0.1',
        CLUSTER_GOSSIP_BIND_PORT: String(gossip),
        CLUSTER_DATA_BIND_PORT: String(data),
        RAFT_PORT: String(raft),
        RAFT_INTERNAL_RPC_PORT: String(internal),
        RAFT_BOOTSTRAP_EXPECT: '1',
        AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED: 'false',
        AUTHENTICATION_APIKEY_ENABLED: 'true',
        AUTHENTICATION_APIKEY_ALLOWED_KEYS: apiKey,
        AUTHENTICATION_APIKEY_USERS: 'parley',
        AUTHORIZATION_ADMINLIST_ENABLED: 'true',
        AUTHORIZATION_ADMINLIST_USERS: 'parley',
      },
    },
  );
  const url = `http://127.0.0.1:${http}`;
  /** It listens for a while before it is elected as its own leader. */
  const start = async () => {
    await server.start();
    await eventually(
      () =>
        fetch(`${url}/v1/.well-known/ready`).then(
          ({ ok }) => ok,
          () => false,
        ),
      (ready) => ready,
      60_000,
    );
  };
  await start();
  return {
    address: { url, grpcPort: grpc!, apiKey },
    env: { WEAVIATE_URL: url, WEAVIATE_GRPC_PORT: String(grpc), WEAVIATE_API_KEY: apiKey },
    start,
    end: () => server.end('SIGTERM'),
    freeze: () => server.signal('SIGSTOP'),
    thaw: () => server.signal('SIGCONT'),
    async stop() {
      server.signal('SIGCONT');
      await server.end('SIGTERM');
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
