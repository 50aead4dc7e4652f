import { Field, Float, Int, ObjectType } from 'type-graphql';
import { DateTime } from '../scalars.ts';

@ObjectType({ description: 'How the platform does at this moment.' })
export class Metrics {
  @Field(() => DateTime, { description: 'When these figures were taken.' })
  at!: Date;

  @Field(() => Int, { nullable: true, description: 'People who are connected by a socket or a stream. Null while that cannot be known.' })
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

  @Field(() => Float, { description: 'By how much one timer in a hundred was late in the answering process, within the last minute.' })
  eventLoopDelayMs!: number;
}
