import { Ctx, Query, Resolver } from 'type-graphql';
import { viewerOf, type Context } from '../framework/context.ts';
import { Quota } from '../framework/quota.ts';
import type { Values } from '../framework/subgraph.ts';
import { dailyUse } from './daily-use.ts';

@Resolver()
export class ChatQuotaResolver {
  readonly #values: Values;

  constructor(values: Values) {
    this.#values = values;
  }

  @Query(() => [Quota], { description: "Usage and limits of the person's messages and tokens today." })
  async chatQuotas(@Ctx() context: Context): Promise<Quota[]> {
    return dailyUse(context.em, viewerOf(context).userId, this.#values);
  }
}
