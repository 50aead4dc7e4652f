import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, FieldResolver, Float, ID, Info, Mutation, Query, Resolver, Root } from 'type-graphql';
import { Failure } from '../../schema/errors.ts';
import { PageArgs, type Connection } from '../framework/connection.ts';
import { viewerOf, type Context } from '../framework/context.ts';
import { requireOwned } from '../framework/policy.ts';
import { isId } from '../../infra/id.ts';
import {
  CreateAssistantInput,
  CreateAssistantPayload,
  DeleteAssistantInput,
  DeleteAssistantPayload,
  UpdateAssistantInput,
  UpdateAssistantPayload,
} from './assistant.input.ts';
import { listAssistants, listVersions } from './assistant.list.ts';
import { assistantsById, versionsById } from './assistant.loader.ts';
import type { AssistantService } from './assistant.service.ts';
import { AssistantConnection, AssistantType, AssistantVersionConnection, AssistantVersionType, UserRef } from './assistant.type.ts';
import type { DefaultAssistant } from './default-assistant.ts';
import { ModelType } from './model.type.ts';
import type { Models } from './models.ts';
import { PageAccessEnum } from './page-access.type.ts';
import type { AssistantVersion, PageAccess } from './version.entity.ts';

@Resolver(() => AssistantType)
export class AssistantResolver {
  readonly #assistants: AssistantService;
  readonly #defaults: DefaultAssistant;
  readonly #models: Models;

  constructor(parts: { assistants: AssistantService; defaults: DefaultAssistant; models: Models }) {
    this.#assistants = parts.assistants;
    this.#defaults = parts.defaults;
    this.#models = parts.models;
  }

  @Query(() => AssistantType, { description: 'One of your assistants.' })
  async assistant(@Arg('id', () => ID, { description: 'Its id.' }) id: string, @Ctx() context: Context): Promise<AssistantType> {
    return ownAssistant(id, context);
  }

  @Query(() => AssistantType, {
    description:
      'The assistant that answers if none is given. It is created when first requested, and again after it was deleted; it can be changed like any other.',
  })
  async defaultAssistant(@Ctx() context: Context): Promise<AssistantType> {
    return this.#defaults.get(context);
  }

  @Query(() => AssistantConnection, { description: 'Your assistants, last changed first.' })
  async assistants(
    @Args(() => PageArgs) page: PageArgs,
    @Arg('search', () => String, { nullable: true, description: 'Words of the name or the description.' }) search: string | null,
    @Ctx() context: Context,
  ): Promise<Connection<AssistantType>> {
    return listAssistants(context, page, search);
  }

  @Mutation(() => CreateAssistantPayload, { description: 'Creates an assistant.' })
  async createAssistant(
    @Arg('input', () => CreateAssistantInput, { description: 'The assistant to create.' }) input: CreateAssistantInput,
    @Ctx() context: Context,
  ): Promise<CreateAssistantPayload> {
    return { assistant: await this.#assistants.create(context, input) };
  }

  @Mutation(() => UpdateAssistantPayload, { description: 'Updates an assistant by creating a new version, which answers from now on.' })
  async updateAssistant(
    @Arg('input', () => UpdateAssistantInput, { description: 'The changes.' }) input: UpdateAssistantInput,
    @Ctx() context: Context,
  ): Promise<UpdateAssistantPayload> {
    return { assistant: await this.#assistants.update(context, input) };
  }

  @Mutation(() => DeleteAssistantPayload, { description: 'Deletes an assistant. Its answers remain.' })
  async deleteAssistant(
    @Arg('input', () => DeleteAssistantInput, { description: 'The id.' }) input: DeleteAssistantInput,
    @Ctx() context: Context,
  ): Promise<DeleteAssistantPayload> {
    await this.#assistants.delete(context, input.id);
    return { deletedId: input.id };
  }

  @FieldResolver(() => String, { description: 'The instructions for the model.' })
  async instructions(@Root() assistant: AssistantType, @Ctx() context: Context): Promise<string> {
    return (await current(assistant, context)).instructions;
  }

  @FieldResolver(() => ModelType, { description: 'The language model.' })
  async model(@Root() assistant: AssistantType, @Ctx() context: Context): Promise<ModelType> {
    return this.#models.get((await current(assistant, context)).model, context);
  }

  @FieldResolver(() => ID, { nullable: true, description: 'The chosen model; null for the default model at the time of each answer.' })
  async modelId(@Root() assistant: AssistantType, @Ctx() context: Context): Promise<string | null> {
    return (await current(assistant, context)).model;
  }

  @FieldResolver(() => Float, { nullable: true, description: "0 to 2; null for the model's default." })
  async temperature(@Root() assistant: AssistantType, @Ctx() context: Context): Promise<number | null> {
    return (await current(assistant, context)).temperature ?? null;
  }

  @FieldResolver(() => [String], { description: 'First messages to offer.' })
  async starters(@Root() assistant: AssistantType, @Ctx() context: Context): Promise<string[]> {
    return (await current(assistant, context)).starters;
  }

  @FieldResolver(() => [ID], { description: 'The knowledge bases that it uses.' })
  async knowledgeBaseIds(@Root() assistant: AssistantType, @Ctx() context: Context): Promise<string[]> {
    return (await current(assistant, context)).knowledgeBaseIds;
  }

  @FieldResolver(() => [ID], { description: 'The tools that it may call.' })
  async toolIds(@Root() assistant: AssistantType, @Ctx() context: Context): Promise<string[]> {
    return (await current(assistant, context)).toolIds;
  }

  @FieldResolver(() => PageAccessEnum, { description: 'The web pages that it may open while it answers.' })
  async pageAccess(@Root() assistant: AssistantType, @Ctx() context: Context): Promise<PageAccess> {
    return (await current(assistant, context)).pageAccess;
  }

  @FieldResolver(() => AssistantVersionType, { description: 'The version that answers from now on.' })
  async currentVersion(
    @Root() assistant: AssistantType,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<AssistantVersionType | Pick<AssistantVersionType, 'id'>> {
    return isOnlyId(info) ? { id: assistant.versionId } : current(assistant, context);
  }

  @FieldResolver(() => AssistantVersionConnection, { description: 'Its versions, newest first.' })
  async versions(
    @Root() assistant: AssistantType,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() context: Context,
  ): Promise<Connection<AssistantVersionType>> {
    return listVersions(context, assistant.id, page);
  }

  @FieldResolver(() => UserRef, { description: 'The owner.' })
  owner(@Root() assistant: AssistantType): UserRef {
    return { id: assistant.ownerId };
  }
}

export async function ownAssistant(id: string, context: Context) {
  const viewer = viewerOf(context);
  return requireOwned(viewer, isId(id) ? await assistantsById(context).load(id) : null, 'Assistant');
}

async function current(assistant: AssistantType, context: Context): Promise<AssistantVersion> {
  const version = await versionsById(context).load(assistant.versionId);
  if (!version) throw new Failure('NOT_FOUND', { kind: 'AssistantVersion' });
  return version;
}

/** Returns true if only `id` or `__typename` is selected, so that the reference suffices and no load is needed. */
function isOnlyId({ fieldNodes }: GraphQLResolveInfo): boolean {
  const asked = fieldNodes.flatMap(({ selectionSet }) => selectionSet?.selections ?? []);
  return asked.every((field) => field.kind === 'Field' && (field.name.value === 'id' || field.name.value === '__typename'));
}
