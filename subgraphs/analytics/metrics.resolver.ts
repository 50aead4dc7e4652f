import { Resolver, Root, Subscription } from 'type-graphql';
import { viewerOf, type Context } from '../framework/context.ts';
import { requirePermission } from '../framework/policy.ts';
import type { MetricsService } from './metrics.service.ts';
import { Metrics } from './metrics.type.ts';

/** Creates the resolver class, because type-graphql calls `subscribe` without an instance. */
export function metricsResolver(metrics: MetricsService): object {
  @Resolver(() => Metrics)
  class MetricsResolver {
    @Subscription(() => Metrics, {
      description: 'The current figures, after each change, at most once a second and at least every five seconds. Administrators only.',
      subscribe: async ({ context }: { context: Context }) => {
        requirePermission(viewerOf(context), 'metrics.read');
        return metrics.follow(context.em);
      },
    })
    liveMetrics(@Root() current: Metrics): Metrics {
      return current;
    }
  }
  return new MetricsResolver();
}
