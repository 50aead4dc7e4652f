import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SUBGRAPH_NAMES, type SubgraphName } from '../../../schema/facts.ts';
import { freePort } from '../free-port.ts';
import { startModelServer, type ModelServer, type ModelServerOptions } from '../model-server.ts';
import { missingPostgres, startPostgres, type Postgres } from '../postgres.ts';
import { startProduct, type Product } from '../product.ts';
import { missingRedis, startRedis, type Redis } from '../redis.ts';
import { PgvectorServer } from './pgvector-server.ts';

/** Null, or why roles cannot run apart here. */
export const missingServers = missingPostgres() ?? missingRedis;

export interface DeploymentOptions {
  gateways?: number;
  workers?: number;
  /** Of each subgraph. */
  replicas?: number;
  env?: Record<string, string>;
  /** A compiled module that every process of a role loads first; a known-bad variant, for instance. */
  preload?: Record<string, string>;
  model?: ModelServerOptions;
}

/** One process of a role: it can be stopped, killed, and started again at the same address. */
export class RoleProcess {
  #product: Product | undefined;

  constructor(
    readonly role: string,
    readonly port: number,
    private readonly env: Record<string, string>,
    private readonly dataDir: string,
    private readonly preload?: string,
  ) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The running process. */
  get product(): Product {
    if (!this.#product) throw new Error(`${this.role} does not run`);
    return this.#product;
  }

  async start(): Promise<void> {
    const { role, dataDir, preload } = this;
    this.#product = await startProduct({ role, dataDir, env: { ...this.env, PORT: String(this.port) }, ...(preload ? { preload } : {}) });
  }

  async stop(): Promise<void> {
    await this.#product?.stop();
    this.#product = undefined;
  }

  async kill(): Promise<void> {
    await this.#product?.kill();
    this.#product = undefined;
  }
}

/** The product as its roles, over servers of their own: PostgreSQL, Redis, one for vectors, and a scripted model. */
export class Deployment {
  readonly gateways: RoleProcess[] = [];
  readonly workers: RoleProcess[] = [];
  readonly subgraphs: RoleProcess[] = [];

  private constructor(
    readonly postgres: Postgres,
    readonly redis: Redis,
    readonly model: ModelServer,
    private readonly vectors: PgvectorServer,
    private readonly dataDir: string,
  ) {}

  static async start(options: DeploymentOptions = {}): Promise<Deployment> {
    const [postgres, redis, model, vectors] = await Promise.all([
      startPostgres(),
      startRedis(),
      startModelServer(options.model),
      PgvectorServer.start(),
    ]);
    const deployment = new Deployment(postgres, redis, model, vectors, mkdtempSync(join(tmpdir(), 'parley-deployment-')));
    await deployment.#startRoles(options);
    return deployment;
  }

  /** Every process, in the order of their start. */
  get all(): RoleProcess[] {
    return [...this.subgraphs, ...this.workers, ...this.gateways];
  }

  replicasOf(name: SubgraphName): RoleProcess[] {
    return this.subgraphs.filter(({ role }) => role === name);
  }

  /** What the roles that run have warned of, each kind once; for the message of a failure. */
  complaints(): string[] {
    const lines = this.all.flatMap(({ role, product }) =>
      product.logs
        .filter(({ level }) => level === 'warn' || level === 'error')
        .map(({ msg, err }) => `${role}: ${msg} ${err?.message ?? ''} ${err?.cause?.message ?? ''}`),
    );
    return [...new Set(lines)];
  }

  async stop(): Promise<void> {
    await Promise.all(this.all.map((process) => process.stop()));
    await Promise.all([this.postgres.stop(), this.redis.stop(), this.model.stop(), this.vectors.stop()]);
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  async #startRoles({ gateways = 1, workers = 1, replicas = 1, env = {}, preload = {} }: DeploymentOptions): Promise<void> {
    const ports = new Map<SubgraphName, number[]>();
    for (const name of SUBGRAPH_NAMES) ports.set(name, await freePorts(replicas));
    const doors = await freePorts(gateways);
    const shared: Record<string, string> = {
      NODE_ENV: 'production',
      SECRET_KEY: 'a secret of at least thirty-two characters',
      DATABASE_URL: await this.postgres.fresh(),
      REDIS_URL: this.redis.url,
      VECTOR_DATABASE_URL: this.vectors.url,
      OPENAI_BASE_URL: this.model.url,
      PUBLIC_URL: `http://127.0.0.1:${doors[0]}`,
      ...Object.fromEntries(
        [...ports].map(([name, own]) => [`${name.toUpperCase()}_URL`, own.map((port) => `http://127.0.0.1:${port}`).join(',')]),
      ),
      ...env,
    };
    const processOf = (role: string) => (port: number) => new RoleProcess(role, port, shared, this.dataDir, preload[role]);
    for (const [name, own] of ports) this.subgraphs.push(...own.map(processOf(name)));
    this.workers.push(...(await freePorts(workers)).map(processOf('worker')));
    this.gateways.push(...doors.map(processOf('gateway')));
    await Promise.all(this.all.map((process) => process.start()));
  }
}

function freePorts(count: number): Promise<number[]> {
  return Promise.all(Array.from({ length: count }, freePort));
}
