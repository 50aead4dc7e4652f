import { Ctx, Query, Resolver } from 'type-graphql';
import { viewerOf, type Context } from '../../framework/context.ts';
import { Quota, type QuotaLimits } from '../../framework/quota.ts';
import { storageUse } from './storage-use.ts';

@Resolver()
export class KnowledgeQuotaResolver {
  readonly #limits: QuotaLimits;

  constructor(limits: QuotaLimits) {
    this.#limits = limits;
  }

  @Query(() => [Quota], { description: "Usage and limits of the person's knowledge bases, documents and storage." })
  async knowledgeQuotas(@Ctx() context: Context): Promise<Quota[]> {
    return storageUse(context.em, viewerOf(context).userId, this.#limits);
  }
}
