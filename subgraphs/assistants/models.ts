import type { Ai, ModelInfo } from '../../infra/ai/ai.ts';
import { perRequest, type Context } from '../context.ts';

/** The models of the endpoint, asked for once in a request. */
export class Models {
  readonly list: (context: Context) => Promise<ModelInfo[]>;

  constructor(ai: Ai) {
    this.list = perRequest(() => ai.models());
  }

  /** Null means the default. A model that the endpoint no longer offers keeps its name and says so. */
  async get(id: string | null, context: Context): Promise<ModelInfo> {
    const models = await this.list(context);
    const found = models.find((model) => (id === null ? model.isDefault : model.id === id)) ?? (id === null ? models[0] : undefined);
    const name = id ?? 'none';
    return found ?? { id: name, name, provider: 'not available', isLanguageModel: true, supportsTools: false, isDefault: false };
  }
}
