import { missingWeaviate, startWeaviate } from '../weaviate/server.ts';
import { PgvectorServer } from './pgvector-server.ts';

/** The server for vectors of a deployment: Weaviate where it is installed, PostgreSQL with pgvector elsewhere. */
export interface VectorServer {
  /** The setting that names it. */
  setting: 'WEAVIATE_URL' | 'VECTOR_DATABASE_URL';
  /** For a product that is to use it. */
  env: Record<string, string>;
  /** At the same address as before. */
  start(): Promise<void>;
  /** Nobody listens there any more. */
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
