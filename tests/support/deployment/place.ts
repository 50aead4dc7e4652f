import { startModelServer, type ModelServer, type ModelServerOptions } from '../model-server.ts';
import { startProduct, type ProductApi } from '../product.ts';
import { describeWhen } from '../when.ts';
import { Deployment, missingServers } from './deployment.ts';

/** Where the whole product runs, with a scripted model. */
export interface Place {
  product: ProductApi;
  model: ModelServer;
  /** Null where one process does everything. */
  roles: Deployment | null;
  stop(): Promise<void>;
}

export interface PlaceOptions {
  model?: ModelServerOptions;
  env?: Record<string, string>;
}

type Open = (options?: PlaceOptions) => Promise<Place>;

/** The same suite wherever the product runs: in one process, and as separate roles, two gateways of which stand behind a balancer. */
export function describeEverywhere(missing: string | null, name: string, body: (open: Open) => void): void {
  describeWhen(missing, `${name}, in one process`, () => body(openProcess));
  describeWhen(missing ?? missingServers, `${name}, on separate roles`, () => body(openRoles));
}

async function openProcess({ model: options, env }: PlaceOptions = {}): Promise<Place> {
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

async function openRoles(options: PlaceOptions = {}): Promise<Place> {
  const roles = await Deployment.start({ gateways: 2, balanced: true, workers: 2, ...options });
  return { product: roles, model: roles.model, roles, stop: () => roles.stop() };
}
