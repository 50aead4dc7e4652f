import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root, Subscription } from 'type-graphql';
import { isId } from '../../../infra/id.ts';
import { Failure } from '../../../schema/errors.ts';
import type { StoredRunEvent } from '../../../schema/channels.ts';
import { viewerOf, type Context } from '../../framework/context.ts';
import { may, requireOwned } from '../../framework/policy.ts';
import { MessageType, RunType } from '../conversation.type.ts';
import { messagesById, passageIdsByRun } from '../loaders.ts';
import { StopRunInput, StopRunPayload } from '../message.type.ts';
import { AssistantVersionRef, ModelRef, PassageRef } from '../reference.type.ts';
import { printCursor, showEvent } from './run-event.ts';
import { RunEventType, RunFinished, RunStopped } from './run-event.type.ts';
import { RunFollower } from './run-follower.ts';
import { Run } from './run.entity.ts';
import type { RunService } from './run.service.ts';

@Resolver(() => RunType)
export class RunResolver {
  readonly #runs: RunService;

  constructor(runs: RunService) {
    this.#runs = runs;
  }

  @Query(() => RunType, { description: 'One of your runs.' })
  async run(@Arg('id', () => ID, { description: 'Its id.' }) id: string, @Ctx() context: Context): Promise<RunType> {
    return ownRun(context, id);
  }

  @Mutation(() => StopRunPayload, { description: 'Stops a run from any device. What it wrote so far is kept and marked as stopped.' })
  async stopRun(
    @Arg('input', () => StopRunInput, { description: 'The id.' }) input: StopRunInput,
    @Ctx() context: Context,
  ): Promise<StopRunPayload> {
    return { run: await this.#runs.stop(context, input.runId) };
  }

  @Subscription(() => RunEventType, {
    description: 'Replays the events of a run after the cursor, then follows it to its end. Every event is stored before it is sent.',
    subscribe: ({ context, args }: { context: Context; args: { runId: string; after?: string | null } }) => followRun(context, args),
  })
  runEvents(
    @Root() event: StoredRunEvent,
    @Arg('runId', () => ID, { description: 'The run.' }) _runId: string,
    @Arg('after', () => String, { nullable: true, description: 'The cursor of the last received event. If absent, from the first event.' })
    _after: string | null,
  ): RunEventType {
    return showEvent(event);
  }

  @FieldResolver(() => Int, { description: 'Counts from 1; higher after a worker crashed or released the run. 0 while it is queued.' })
  attempt(@Root() run: RunType): number {
    return run.attempt;
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: "The provider's own error message; null for anyone but administrators.",
  })
  failureDetail(@Root() run: RunType, @Ctx() context: Context): string | null {
    return may(viewerOf(context), 'health.readDetail') ? run.failureDetail : null;
  }

  @FieldResolver(() => String, { nullable: true, description: 'The cursor of the newest stored event; null before the first.' })
  cursor(@Root() run: RunType): string | null {
    return run.lastSeq > 0 ? printCursor({ attempt: run.attempt, seq: run.lastSeq }) : null;
  }

  @FieldResolver(() => MessageType, { description: 'The answer that the run writes.' })
  async message(@Root() run: RunType, @Ctx() context: Context): Promise<MessageType> {
    return existing(await messagesById(context).load(run.messageId));
  }

  @FieldResolver(() => ModelRef, {
    nullable: true,
    description: 'The model that was chosen or that answered; null while a run uses the model of its assistant.',
  })
  model(@Root() run: RunType): ModelRef | null {
    return run.model === null ? null : { id: run.model };
  }

  @FieldResolver(() => AssistantVersionRef, { description: 'The assistant as it was when the run was queued.' })
  assistantVersion(@Root() run: RunType): AssistantVersionRef {
    return { id: run.assistantVersionId };
  }

  @FieldResolver(() => [PassageRef], {
    nullable: 'items',
    description: 'The passages that were found before the model was called; null in place of deleted ones.',
  })
  async passages(@Root() run: RunType, @Ctx() context: Context): Promise<PassageRef[]> {
    return (await passageIdsByRun(context).load(run.id)).map((id) => ({ id }));
  }
}

@Resolver(() => RunFinished)
export class RunFinishedResolver {
  @FieldResolver(() => MessageType, { description: 'The answer with its citations.' })
  async message(@Root() event: { messageId: string }, @Ctx() context: Context): Promise<MessageType> {
    return existing(await messagesById(context).load(event.messageId));
  }
}

@Resolver(() => RunStopped)
export class RunStoppedResolver {
  @FieldResolver(() => MessageType, { description: 'The answer so far.' })
  async message(@Root() event: { messageId: string }, @Ctx() context: Context): Promise<MessageType> {
    return existing(await messagesById(context).load(event.messageId));
  }
}

export async function ownRun(context: Context, id: string): Promise<Run> {
  return requireOwned(viewerOf(context), isId(id) ? await context.em.findOne(Run, { id }) : null, 'Run');
}

async function followRun(context: Context, { runId, after }: { runId: string; after?: string | null }): Promise<RunFollower> {
  const run = await ownRun(context, runId);
  return RunFollower.open({ em: () => context.em.fork(), bus: context.bus }, run, after);
}

function existing<T>(thing: T | undefined): T {
  if (!thing) throw new Failure('NOT_FOUND');
  return thing;
}
