import { existsSync } from 'node:fs';
import { Deployment, type DeploymentOptions } from '../../support/deployment/deployment.ts';
import { eventually } from '../../support/eventually.ts';
import { isTitle, type ModelRequest, type Reply } from '../../support/model-script.ts';
import { startS3, type S3Server } from '../../support/s3/start.ts';

/** The dimensions of a small embedding model. */
const DIMENSIONS = 384;
/** About a hundred tokens a second, as of a fast provider. */
const ANSWER: Reply = { tokens: 120, delayMs: 10 };

/** The whole product in its roles, on its own servers: everything that one fire destroys. */
export class Site {
  #isMissing = false;

  readonly deployment: Deployment;
  readonly s3: S3Server;

  private constructor(deployment: Deployment, s3: S3Server) {
    this.deployment = deployment;
    this.s3 = s3;
  }

  /** Starts the servers, which are empty unless `options` name data; no process of the product runs yet. */
  static async prepare({ postgres, ...options }: Pick<DeploymentOptions, 'postgres' | 'database'> = {}): Promise<Site> {
    const s3 = await startS3();
    const deployment = await Deployment.prepare({
      ...options,
      // Other tests disable fsync for speed; this one measures with it.
      postgres: { ...postgres, settings: ['fsync=on', ...(postgres?.settings ?? [])] },
      model: { otherwise: answerOf, embeddingDimensions: DIMENSIONS },
      env: { ...s3.env, EMBEDDING_MODEL: 'scripted' },
    }).catch(async (error: unknown) => {
      await s3.stop();
      throw error;
    });
    return new Site(deployment, s3);
  }

  get database(): string {
    return new URL(this.deployment.settings['DATABASE_URL']!).pathname.slice(1);
  }

  /** Resolves once the balancer reports ready. */
  async open(): Promise<void> {
    await this.deployment.start();
    await eventually(
      () => fetch(`${this.deployment.url}/health/ready`),
      ({ ok }) => ok,
      60_000,
    );
  }

  /** Returns the first row of a statement. */
  ask<Row>(sql: string): Promise<Row> {
    return this.deployment.postgres.ask<Row>(this.database, sql);
  }

  /** Kills every process and server at once, and deletes their data. */
  async lose(): Promise<void> {
    await Promise.all([this.deployment.kill(), this.s3.kill()]);
    await this.leave();
    const left = [this.deployment.postgres.directory, this.s3.directory].filter((folder) => existsSync(folder));
    if (left.length > 0) throw new Error(`not everything was lost: ${left.join(', ')}`);
  }

  async leave(): Promise<void> {
    if (this.#isMissing) return;
    this.#isMissing = true;
    await Promise.all([this.deployment.stop(), this.s3.stop()]);
  }
}

function answerOf(request: ModelRequest): Reply {
  if (isTitle(request)) return { text: 'A question about the rules' };
  const hasPassages = String(request.body.messages?.[0]?.content).includes('\n[1] ');
  return hasPassages ? { ...ANSWER, cite: [1, 2] } : ANSWER;
}
