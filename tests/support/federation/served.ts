import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import type { Config } from '../../../infra/config.ts';
import { IdentityTokens } from '../../../infra/tokens/identity.ts';
import { openInternalServer } from '../../../infra/compose/internal-server.ts';
import type { Source } from '../../../schema/source.ts';
import { serveSubgraph } from '../../../subgraphs/framework/serve.ts';
import { freePort } from '../free-port.ts';

export const identities = new IdentityTokens(randomBytes(32));

/** A subgraph called `clock` that listens on a port. */
export interface Served {
  url: string;
  port: number;
  stop(): Promise<void>;
}

export async function serve(source: Source, port?: number): Promise<Served> {
  const log = pino({ level: 'silent' });
  const listener = openInternalServer({ HOST: '127.0.0.1' } as Config, log, { vital: {} });
  const served = serveSubgraph(listener.app, { name: 'clock', source, identities, log });
  const url = await listener.listen({ host: '127.0.0.1', port: port ?? (await freePort()) });
  return {
    url,
    port: Number(new URL(url).port),
    async stop() {
      await Promise.all([listener.close(), served.close()]);
    },
  };
}
