import type { EventHandlers } from '../../schema/events.ts';
import type { Context, JobContext } from '../framework/context.ts';
import type { Subgraph } from '../framework/subgraph.ts';
import { AuditEntry } from './audit.entity.ts';
import { auditEntry, AuditResolver } from './audit.resolver.ts';
import { EventLoop } from './event-loop.ts';
import { handleEvent } from './event.worker.ts';
import { HealthResolver } from './health.resolver.ts';
import { HealthService } from './health.service.ts';
import { metricsResolver } from './metrics.resolver.ts';
import { MetricsService } from './metrics.service.ts';
import { PeopleConnected } from './people-connected.ts';
import { analyticsTables } from './migrations/0001-analytics.ts';
import { EVENT_NAMES } from './targets.ts';
import { Usage } from './usage.entity.ts';
import { UsageResolver } from './usage.resolver.ts';
import { RunUsage } from './usage.type.ts';

export const analytics: Subgraph<'analytics'> = {
  name: 'analytics',
  entities: [AuditEntry, Usage],
  migrations: [analyticsTables],
  create({ ai, bus, probes }) {
    const loop = new EventLoop();
    const handle = handleEvent(bus);
    const people = new PeopleConnected(bus);
    const metrics = metricsResolver(new MetricsService({ bus, loop, people }));
    return {
      resolvers: new Map<Function, object>([
        [AuditResolver, new AuditResolver()],
        [UsageResolver, new UsageResolver()],
        [HealthResolver, new HealthResolver(new HealthService({ ai, probes, loop }))],
        [metrics.constructor, metrics],
      ]),
      orphanedTypes: [RunUsage],
      references: {
        Run: async ({ id }: { id: string }) => ({ id }),
        AuditEntry: ({ id }: { id: string }, context: Context) => auditEntry(id, context),
      },
      on: Object.fromEntries(EVENT_NAMES.map((name) => [name, handle])) as unknown as EventHandlers<'analytics', JobContext>,
      open: () => {
        const stops = [loop.watch(), people.watch()];
        return () => stops.forEach((stop) => stop());
      },
    };
  },
};
