import { Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { isId } from '../../infra/id.ts';
import { viewerOf, type Context } from '../context.ts';
import { requireOwned } from '../policy.ts';
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

  @FieldResolver(() => ModelType, { description: 'Who generated the text; the default model of now where the version named none.' })
  async model(@Root() version: AssistantVersionType, @Ctx() context: Context): Promise<ModelType> {
    return this.#models.get(version.model, context);
  }

  @FieldResolver(() => ID, { nullable: true, description: 'The model that was chosen; null: the default at the time of each answer.' })
  modelId(@Root() version: AssistantVersionType): string | null {
    return version.model;
  }

  @Query(() => [ModelType], { description: 'What is really available at the configured endpoint.' })
  async models(@Ctx() context: Context): Promise<ModelType[]> {
    viewerOf(context);
    return this.#models.list(context);
  }
}

export async function ownVersion(id: string, context: Context) {
  const viewer = viewerOf(context);
  return requireOwned(viewer, isId(id) ? await versionsById(context).load(id) : null, 'AssistantVersion');
}
