import { Field, Float, Int, ObjectType } from 'type-graphql';
import { DateTime } from '../framework/scalars.ts';

@ObjectType({ description: 'Live figures of the platform.' })
export class Metrics {
  @Field(() => DateTime, { description: 'The time of these figures.' })
  at!: Date;

  @Field(() => Int, {
    nullable: true,
    description:
      'People who are connected by a socket or a stream; one who is connected to two gateway processes counts twice. Null if unknown.',
  })
  peopleConnected!: number | null;

  @Field(() => Int, { description: 'Answers that are being written.' })
  activeRuns!: number;

  @Field(() => Int, { description: 'Runs that ended in the last minute.' })
  runsLastMinute!: number;

  @Field(() => Int, { description: 'Tokens read and written by runs that ended in the last minute.' })
  tokensLastMinute!: number;

  @Field(() => Int, { description: 'Runs that failed or were interrupted in the last hour.' })
  failedRunsLastHour!: number;

  @Field(() => Float, { description: 'US dollars since midnight UTC, of the runs with a known price.' })
  costTodayUsd!: number;

  @Field(() => Float, { description: 'Memory of the answering process.' })
  memoryBytes!: number;

  @Field(() => Float, { description: 'The 99th percentile of the event loop delay of the process that answers, over the last minute.' })
  eventLoopDelayMs!: number;
}
