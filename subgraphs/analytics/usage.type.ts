import { Directive, Field, Float, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { DateTime } from '../framework/scalars.ts';

@ObjectType('Usage', { description: 'The usage of one run. `estimated` marks token counts that the provider did not report.' })
export class UsageType {
  @Field(() => Int, { description: 'Tokens that the model read, over all rounds of the run.' })
  inputTokens!: number;

  @Field(() => Int, { description: 'Tokens that the model wrote.' })
  outputTokens!: number;

  @Field(() => Boolean, { description: 'True if the tokens were counted by the platform because the provider reported none.' })
  estimated!: boolean;

  @Field(() => Int, { description: 'From the start of the run to its end.' })
  durationMs!: number;

  @Field(() => Int, { nullable: true, description: 'From the start of the run to its first text; null when there was none.' })
  timeToFirstTokenMs!: number | null;

  @Field(() => String, { description: 'The model that answered.' })
  model!: string;

  @Field(() => Float, { nullable: true, description: 'US dollars; null when no price is known.' })
  costUsd!: number | null;

  @Field(() => String, { nullable: true, description: 'The version of the price table that the cost was taken from.' })
  priceVersion!: string | null;
}

@Directive('@key(fields: "id")')
@ObjectType('Run', { description: 'An assistant answering.' })
export class RunUsage {
  @Field(() => ID, { description: 'The id of the run.' })
  id!: string;
}

export const UsageGroup = { DAY: 'DAY', MODEL: 'MODEL', ASSISTANT: 'ASSISTANT', USER: 'USER' } as const;

registerEnumType(UsageGroup, {
  name: 'UsageGroup',
  description: 'The grouping of a usage report.',
  valuesConfig: {
    DAY: { description: 'A day in UTC, such as `2026-01-31`.' },
    MODEL: { description: 'A model, by its id.' },
    ASSISTANT: { description: 'An assistant, by its id.' },
    USER: { description: 'A person, by their id.' },
  },
});

@InputType({ description: 'The filter and grouping of a usage report.' })
export class UsageInput {
  @Field(() => DateTime, { description: 'The start, inclusive.' })
  from!: Date;

  @Field(() => DateTime, { description: 'The end, exclusive; at most 400 days after the beginning.' })
  to!: Date;

  @Field(() => UsageGroup, { nullable: true, description: 'The grouping; `DAY` by default.' })
  groupBy?: keyof typeof UsageGroup | null;

  @Field(() => Boolean, { nullable: true, description: 'For administrators: the usage of all people instead of your own.' })
  everyone?: boolean | null;
}

@ObjectType({ description: 'Totals and averages over a set of runs.' })
export class UsageTotals {
  @Field(() => Int, { description: 'The number of runs that ended, successfully or not.' })
  runs!: number;

  @Field(() => Float, { description: 'Tokens that the models read; a whole number that may pass 2³¹.' })
  inputTokens!: number;

  @Field(() => Float, { description: 'Tokens that the models wrote; a whole number that may pass 2³¹.' })
  outputTokens!: number;

  @Field(() => Int, { description: 'The number of runs whose tokens were counted by the platform because the provider reported none.' })
  estimatedRuns!: number;

  @Field(() => Int, { description: 'Runs that failed or were interrupted.' })
  failedRuns!: number;

  @Field(() => Float, { description: 'US dollars of the runs with a known price.' })
  costUsd!: number;

  @Field(() => Int, { description: 'The number of runs without a known price, which the cost leaves out.' })
  unpricedRuns!: number;

  @Field(() => Float, { nullable: true, description: 'Null if there are no runs.' })
  averageDurationMs!: number | null;

  @Field(() => Float, { nullable: true, description: 'Over the runs that wrote any text; null if there are none.' })
  averageTimeToFirstTokenMs!: number | null;
}

@ObjectType({ description: 'One day, model, assistant or person.' })
export class UsageRow {
  @Field(() => String, { description: 'The day, or the id.' })
  key!: string;

  @Field(() => UsageTotals, { description: 'The usage of this group.' })
  totals!: UsageTotals;
}

@ObjectType({ description: 'The usage of a period.' })
export class UsageReport {
  @Field(() => DateTime, { description: 'The start, inclusive.' })
  from!: Date;

  @Field(() => DateTime, { description: 'The end, exclusive.' })
  to!: Date;

  @Field(() => UsageTotals, { description: 'Totals of the whole period.' })
  totals!: UsageTotals;

  @Field(() => [UsageRow], { description: 'Days in chronological order; other groups by tokens, descending, at most 500.' })
  rows!: UsageRow[];
}
