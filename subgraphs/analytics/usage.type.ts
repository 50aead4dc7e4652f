import { Directive, Field, Float, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { DateTime } from '../scalars.ts';

@ObjectType('Usage', { description: 'What one run used. `estimated` marks token counts that the provider did not report.' })
export class UsageType {
  @Field(() => Int, { description: 'Tokens that the model read, over all rounds of the run.' })
  inputTokens!: number;

  @Field(() => Int, { description: 'Tokens that the model wrote.' })
  outputTokens!: number;

  @Field(() => Boolean, { description: 'True where the tokens were counted here, for the provider reported none.' })
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
  description: 'What the rows of a usage report stand for.',
  valuesConfig: {
    DAY: { description: 'A day in UTC, such as `2026-01-31`.' },
    MODEL: { description: 'A model, by its id.' },
    ASSISTANT: { description: 'An assistant, by its id.' },
    USER: { description: 'A person, by their id.' },
  },
});

@InputType({ description: 'What a usage report is about.' })
export class UsageInput {
  @Field(() => DateTime, { description: 'The beginning, inclusive.' })
  from!: Date;

  @Field(() => DateTime, { description: 'The end, exclusive; at most 400 days after the beginning.' })
  to!: Date;

  @Field(() => UsageGroup, { nullable: true, description: 'What the rows stand for; `DAY` when absent.' })
  groupBy?: keyof typeof UsageGroup | null;

  @Field(() => Boolean, { nullable: true, description: "Administrators: everybody's instead of one's own." })
  everyone?: boolean | null;
}

@ObjectType({ description: 'Sums and averages over some runs.' })
export class UsageTotals {
  @Field(() => Int, { description: 'How many runs ended, well or not.' })
  runs!: number;

  @Field(() => Float, { description: 'Tokens that the models read; a whole number that may pass 2³¹.' })
  inputTokens!: number;

  @Field(() => Float, { description: 'Tokens that the models wrote; a whole number that may pass 2³¹.' })
  outputTokens!: number;

  @Field(() => Int, { description: 'Runs whose tokens were counted here, for the provider reported none.' })
  estimatedRuns!: number;

  @Field(() => Int, { description: 'Runs that failed or were interrupted.' })
  failedRuns!: number;

  @Field(() => Float, { description: 'US dollars of the runs with a known price.' })
  costUsd!: number;

  @Field(() => Int, { description: 'Runs whose price is not known, so that the cost leaves them out.' })
  unpricedRuns!: number;

  @Field(() => Float, { nullable: true, description: 'Null without runs.' })
  averageDurationMs!: number | null;

  @Field(() => Float, { nullable: true, description: 'Over the runs that came to a first text; null without any.' })
  averageTimeToFirstTokenMs!: number | null;
}

@ObjectType({ description: 'One day, model, assistant or person.' })
export class UsageRow {
  @Field(() => String, { description: 'The day, or the id.' })
  key!: string;

  @Field(() => UsageTotals, { description: 'What was used under this key.' })
  totals!: UsageTotals;
}

@ObjectType({ description: 'What was used in a span of time.' })
export class UsageReport {
  @Field(() => DateTime, { description: 'The beginning, inclusive.' })
  from!: Date;

  @Field(() => DateTime, { description: 'The end, exclusive.' })
  to!: Date;

  @Field(() => UsageTotals, { description: 'Over the whole span.' })
  totals!: UsageTotals;

  @Field(() => [UsageRow], { description: 'Days in their order; anything else by tokens, the most first, at most 500.' })
  rows!: UsageRow[];
}
