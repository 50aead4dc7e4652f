import type { Ai } from '../../infra/ai/ai.ts';
import { Failure } from '../../schema/errors.ts';

/** Rejects a model that the endpoint does not offer. Null or absent means the model of the assistant. */
export async function requireModel(ai: Ai, id: string | null | undefined): Promise<void> {
  if (id == null) return;
  const models = await ai.models();
  if (models.some((model) => model.id === id)) return;
  throw new Failure('MODEL_NOT_FOUND', { field: 'model', available: models.map((model) => model.id).slice(0, 20) });
}
