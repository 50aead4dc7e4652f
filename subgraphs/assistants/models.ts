import type { Ai, ModelInfo } from '../../infra/ai/ai.ts';

/** The models of the endpoint, by id. */
export class Models {
  readonly #ai: Ai;

  constructor(ai: Ai) {
    this.#ai = ai;
  }

  list(): Promise<ModelInfo[]> {
    return this.#ai.models();
  }

  /** Null means the default. A model that the endpoint no longer offers keeps its name and says so. */
  async get(id: string | null): Promise<ModelInfo> {
    const models = await this.#ai.models();
    const found = models.find((model) => (id === null ? model.isDefault : model.id === id)) ?? (id === null ? models[0] : undefined);
    const name = id ?? 'none';
    return found ?? { id: name, name, provider: 'not available', isLanguageModel: true, supportsTools: false, isDefault: false };
  }
}
