import type { Ai, ModelInfo } from '../../infra/ai/ai.ts';
import { perRequest, type Context } from '../framework/context.ts';

/** Loads the models of the endpoint once per request. */
export class Models {
  readonly list: (context: Context) => Promise<ModelInfo[]>;

  constructor(ai: Ai) {
    this.list = perRequest(() => ai.models());
  }

  /** Resolves a model id; null means the default. A model that the endpoint no longer offers is marked as unavailable. */
  async get(id: string | null, context: Context): Promise<ModelInfo> {
    const models = await this.list(context);
    const found = models.find((model) => (id === null ? model.isDefault : model.id === id)) ?? (id === null ? models[0] : undefined);
    const name = id ?? 'none';
    return found ?? { id: name, name, provider: 'not available', isLanguageModel: true, supportsTools: false, isDefault: false };
  }
}
