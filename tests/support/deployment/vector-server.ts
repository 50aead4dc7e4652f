import { missingWeaviate, startWeaviate } from '../weaviate/server.ts';
import { PgvectorServer } from './pgvector-server.ts';

/** The vector server of a deployment: Weaviate where it is installed, PostgreSQL with pgvector elsewhere. */
export interface VectorServer {
  /** The setting for its address. */
  setting: 'WEAVIATE_URL' | 'VECTOR_DATABASE_URL';
  /** The environment of a product that uses it. */
  env: Record<string, string>;
  /** Restarts it at the same address. */
  start(): Promise<void>;
  /** Closes its port. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

export async function startVectorServer(): Promise<VectorServer> {
  if (missingWeaviate === null) {
    const { env, start, end, stop } = await startWeaviate();
    return { setting: 'WEAVIATE_URL', env, start, kill: end, stop };
  }
  const server = await PgvectorServer.start();
  return {
    setting: 'VECTOR_DATABASE_URL',
    env: { VECTOR_DATABASE_URL: server.url },
    start: () => server.start(),
    kill: () => server.kill(),
    stop: () => server.stop(),
  };
}
