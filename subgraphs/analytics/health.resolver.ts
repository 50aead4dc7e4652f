import { Ctx, Query, Resolver } from 'type-graphql';
import type { Context } from '../framework/context.ts';
import { may } from '../framework/policy.ts';
import type { HealthService } from './health.service.ts';
import { ServiceHealth } from './health.type.ts';

@Resolver(() => ServiceHealth)
export class HealthResolver {
  readonly #health: HealthService;

  constructor(health: HealthService) {
    this.#health = health;
  }

  @Query(() => [ServiceHealth], { description: 'The health of each component.' })
  async health(@Ctx() context: Context): Promise<ServiceHealth[]> {
    const parts = await this.#health.check();
    const { viewer } = context.identity;
    const inDetail = viewer !== null && may(viewer, 'health.readDetail');
    return parts.map((part) => (inDetail ? part : { ...part, detail: null }));
  }
}
