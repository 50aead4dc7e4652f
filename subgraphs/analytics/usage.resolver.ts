import { Arg, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { isId } from '../../infra/id.ts';
import type { Context } from '../framework/context.ts';
import { usageLoader } from './usage.loader.ts';
import { reportUsage } from './usage.report.ts';
import { RunUsage, UsageInput, UsageReport, UsageType } from './usage.type.ts';

@Resolver(() => RunUsage)
export class UsageResolver {
  @Query(() => UsageReport, { description: 'The usage of a period.' })
  async usage(
    @Arg('input', () => UsageInput, { description: 'The filter of runs.' }) input: UsageInput,
    @Ctx() context: Context,
  ): Promise<UsageReport> {
    return reportUsage(context, input);
  }

  @FieldResolver(() => UsageType, { nullable: true, name: 'usage', description: 'The usage; null until the run ended.' })
  async usageOfRun(@Root() run: RunUsage, @Ctx() context: Context): Promise<UsageType | null> {
    return isId(run.id) ? usageLoader(context).load(run.id) : null;
  }
}
