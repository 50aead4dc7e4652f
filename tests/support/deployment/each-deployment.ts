import { startModelServer, type ModelServer, type ModelServerOptions } from '../model-server.ts';
import { startProduct, type ProductApi } from '../product.ts';
import { describeWhen } from '../when.ts';
import { Deployment, missingServers } from './deployment.ts';

/** A running product with a scripted model. */
export interface Installation {
  product: ProductApi;
  model: ModelServer;
  /** Null where one process runs all roles. */
  roles: Deployment | null;
  stop(): Promise<void>;
}

export interface InstallationOptions {
  model?: ModelServerOptions;
  env?: Record<string, string>;
}

type Open = (options?: InstallationOptions) => Promise<Installation>;

/** Declares the same suite twice: for one process, and for separate roles with two gateways behind a balancer. */
export function describeOnEachDeployment(missing: string | null, name: string, body: (open: Open) => void): void {
  describeWhen(missing, `${name}, in one process`, () => body(openProcess));
  describeWhen(missing ?? missingServers, `${name}, on separate roles`, () => body(openRoles));
}

async function openProcess({ model: options, env }: InstallationOptions = {}): Promise<Installation> {
  const model = await startModelServer(options);
  const product = await startProduct({ env: { OPENAI_BASE_URL: model.url, ...env } });
  return {
    product,
    model,
    roles: null,
    async stop() {
      await product.stop();
      await model.stop();
    },
  };
}

async function openRoles(options: InstallationOptions = {}): Promise<Installation> {
  const roles = await Deployment.start({ gateways: 2, balanced: true, workers: 2, ...options });
  return { product: roles, model: roles.model, roles, stop: () => roles.stop() };
}
