import { Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { isId } from '../../infra/id.ts';
import { viewerOf, type Context } from '../framework/context.ts';
import { requireOwned } from '../framework/policy.ts';
import { versionsById } from './assistant.loader.ts';
import { AssistantVersionType } from './assistant.type.ts';
import { ModelType } from './model.type.ts';
import type { Models } from './models.ts';

@Resolver(() => AssistantVersionType)
export class VersionResolver {
  readonly #models: Models;

  constructor(models: Models) {
    this.#models = models;
  }

  @FieldResolver(() => ModelType, { description: 'The model that generated the text; the current default model if the version had none.' })
  async model(@Root() version: AssistantVersionType, @Ctx() context: Context): Promise<ModelType> {
    return this.#models.get(version.model, context);
  }

  @FieldResolver(() => ID, { nullable: true, description: 'The chosen model; null for the default model at the time of each answer.' })
  modelId(@Root() version: AssistantVersionType): string | null {
    return version.model;
  }

  @Query(() => [ModelType], { description: 'The models that the configured endpoint offers.' })
  async models(@Ctx() context: Context): Promise<ModelType[]> {
    viewerOf(context);
    return this.#models.list(context);
  }
}

export async function ownVersion(id: string, context: Context) {
  const viewer = viewerOf(context);
  return requireOwned(viewer, isId(id) ? await versionsById(context).load(id) : null, 'AssistantVersion');
}
