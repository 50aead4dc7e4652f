import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from 'graphql-ws';
import { SUBGRAPH_NAMES, type SubgraphName } from '../../../schema/subgraphs.ts';
import { freePort } from '../free-port.ts';
import { startModelServer, type ModelServer, type ModelServerOptions } from '../model-server.ts';
import { missingPostgres, startPostgres, type Postgres, type PostgresOptions } from '../postgres.ts';
import { startProduct, type ProductApi, type Product } from '../product.ts';
import { missingRedis, startRedis, type Redis } from '../redis.ts';
import { Balancer } from './balancer.ts';
import { startVectorServer, type VectorServer } from './vector-server.ts';

/** Null, or the reason why roles cannot run as separate processes here. */
export const missingServers = missingPostgres() ?? missingRedis;

export interface DeploymentOptions {
  gateways?: number;
  /** Puts a balancer with the public address before the gateways. */
  balanced?: boolean;
  workers?: number;
  /** The number of processes of each subgraph. */
  replicas?: number;
  env?: Record<string, string>;
  /** Compiled modules for the processes of a role to load first, such as a known-bad variant. */
  preload?: Record<string, string>;
  model?: ModelServerOptions;
  postgres?: PostgresOptions;
  /** An existing database of the server; a new one when absent. */
  database?: string;
}

/** One process of a role, which can be stopped, killed and restarted at the same address. */
export class RoleProcess {
  /** The log lines since its last start. */
  logs: Record<string, any>[] = [];
  /** The log lines before its last start. */
  readonly earlierLogs: Record<string, any>[] = [];
  #product: Product | undefined;

  readonly role: string;
  readonly port: number;
  readonly #env: Record<string, string>;
  readonly #dataDir: string;
  readonly #preload: string | undefined;

  constructor(role: string, port: number, env: Record<string, string>, dataDir: string, preload?: string) {
    this.role = role;
    this.port = port;
    this.#env = env;
    this.#dataDir = dataDir;
    this.#preload = preload;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get isRunning(): boolean {
    return this.#product !== undefined;
  }

  /** The running process. */
  get product(): Product {
    if (!this.#product) throw new Error(`${this.role} does not run`);
    return this.#product;
  }

  async start(): Promise<void> {
    this.earlierLogs.push(...this.logs);
    this.logs = [];
    const env = { ...this.#env, PORT: String(this.port) };
    this.#product = await startProduct({
      role: this.role,
      dataDir: this.#dataDir,
      env,
      logs: this.logs,
      ...(this.#preload ? { preload: this.#preload } : {}),
    });
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

/**
 * The product as separate roles on its own servers: PostgreSQL, Redis, a vector server and a scripted model. Requests go to its gateways
 * in turn, so that one reads what another wrote.
 */
export class Deployment implements ProductApi {
  readonly gateways: RoleProcess[] = [];
  readonly workers: RoleProcess[] = [];
  readonly subgraphs: RoleProcess[] = [];
  /** The settings of every process, and of commands that run beside them. */
  settings: Record<string, string> = {};
  #balancer: Balancer | undefined;
  #turn = 0;

  readonly postgres: Postgres;
  readonly redis: Redis;
  readonly model: ModelServer;
  readonly vectors: VectorServer;
  readonly #dataDir: string;

  private constructor(postgres: Postgres, redis: Redis, model: ModelServer, vectors: VectorServer, dataDir: string) {
    this.postgres = postgres;
    this.redis = redis;
    this.model = model;
    this.vectors = vectors;
    this.#dataDir = dataDir;
  }

  static async start(options: DeploymentOptions = {}): Promise<Deployment> {
    const deployment = await Deployment.prepare(options);
    await deployment.start();
    return deployment;
  }

  /** Starts the servers, and no process of the product. */
  static async prepare(options: DeploymentOptions = {}): Promise<Deployment> {
    const starts = [startPostgres(options.postgres), startRedis(), startModelServer(options.model), startVectorServer()] as const;
    const [postgres, redis, model, vectors] = await Promise.all(starts).catch(async (error: unknown) => {
      // If one fails to start, all are stopped.
      for (const start of await Promise.allSettled(starts)) if (start.status === 'fulfilled') await start.value.stop();
      throw error;
    });
    const deployment = new Deployment(postgres, redis, model, vectors, mkdtempSync(join(tmpdir(), 'parley-deployment-')));
    await deployment.#prepareRoles(options);
    return deployment;
  }

  /** The address for browsers. */
  get url(): string {
    return this.#balancer?.url ?? this.gateways[0]!.url;
  }

  graph(...asked: Parameters<ProductApi['graph']>): ReturnType<ProductApi['graph']> {
    return this.#door.graph(...asked);
  }

  ask(...asked: Parameters<ProductApi['ask']>): ReturnType<ProductApi['ask']> {
    return this.#door.ask(...asked);
  }

  socket(token?: string): Client {
    return this.#door.socket(token);
  }

  get #door(): Product {
    const open = this.gateways.filter(({ isRunning }) => isRunning);
    return open[this.#turn++ % open.length]!.product;
  }

  /** Every process, in the order of their start. */
  get all(): RoleProcess[] {
    return [...this.subgraphs, ...this.workers, ...this.gateways];
  }

  replicasOf(name: SubgraphName): RoleProcess[] {
    return this.subgraphs.filter(({ role }) => role === name);
  }

  /** Returns the warnings of the roles and the balancer, each kind once; for the message of a failure. */
  complaints(): string[] {
    const lines = this.all.flatMap(({ role, earlierLogs, logs }) =>
      [...earlierLogs, ...logs]
        .filter(({ level }) => level === 'warn' || level === 'error')
        .map(({ msg, err }) => `${role}: ${msg} ${err?.message ?? ''} ${err?.cause?.message ?? ''}`),
    );
    return [...new Set([...lines, ...(this.#balancer?.complaints ?? [])])];
  }

  /** Kills all processes and servers at once, as a machine failure does; `stop` then deletes their data. */
  async kill(): Promise<void> {
    const processes = this.all.map((process) => process.kill());
    await Promise.all([...processes, this.postgres.kill(), this.redis.kill(), this.vectors.kill()]);
  }

  async stop(): Promise<void> {
    await this.#balancer?.stop();
    await Promise.all(this.all.map((process) => process.stop()));
    await Promise.all([this.postgres.stop(), this.redis.stop(), this.model.stop(), this.vectors.stop()]);
    rmSync(this.#dataDir, { recursive: true, force: true });
  }

  /** Starts all processes at once; if one fails, all are stopped. */
  async start(): Promise<void> {
    const starts = await Promise.allSettled(this.all.map((process) => process.start()));
    const failed = starts.find(({ status }) => status === 'rejected') as PromiseRejectedResult | undefined;
    if (failed) {
      await this.stop();
      throw failed.reason;
    }
    await this.#balancer?.look();
  }

  async #prepareRoles(options: DeploymentOptions): Promise<void> {
    const { gateways = 1, balanced = false, workers = 1, replicas = 1, env = {}, preload = {} } = options;
    const ports = new Map<SubgraphName, number[]>();
    for (const name of SUBGRAPH_NAMES) ports.set(name, await freePorts(replicas));
    const doors = await freePorts(gateways);
    if (balanced) this.#balancer = new Balancer(() => this.gateways.map(({ url }) => url));
    await this.#balancer?.start();
    this.settings = {
      NODE_ENV: 'production',
      SECRET_KEY: 'a secret of at least thirty-two characters',
      DATABASE_URL: options.database ? this.postgres.urlOf(options.database) : await this.postgres.fresh(),
      REDIS_URL: this.redis.url,
      ...this.vectors.env,
      OPENAI_BASE_URL: this.model.url,
      PUBLIC_URL: this.#balancer?.url ?? `http://127.0.0.1:${doors[0]}`,
      ...Object.fromEntries(
        [...ports].map(([name, own]) => [`${name.toUpperCase()}_URL`, own.map((port) => `http://127.0.0.1:${port}`).join(',')]),
      ),
      ...env,
    };
    const processOf = (role: string) => (port: number) => new RoleProcess(role, port, this.settings, this.#dataDir, preload[role]);
    for (const [name, own] of ports) this.subgraphs.push(...own.map(processOf(name)));
    this.workers.push(...(await freePorts(workers)).map(processOf('worker')));
    this.gateways.push(...doors.map(processOf('gateway')));
  }
}

function freePorts(count: number): Promise<number[]> {
  return Promise.all(Array.from({ length: count }, freePort));
}
