import { Field, Float, ObjectType, registerEnumType } from 'type-graphql';

export const HealthStatus = { UP: 'UP', DEGRADED: 'DEGRADED', DOWN: 'DOWN' } as const;

registerEnumType(HealthStatus, {
  name: 'HealthStatus',
  description: 'The health of a component.',
  valuesConfig: {
    UP: { description: 'It answers.' },
    DEGRADED: { description: 'It answers, but slowly.' },
    DOWN: { description: 'It does not respond within two seconds, or responds with an error.' },
  },
});

@ObjectType({ description: 'The health of one component.' })
export class ServiceHealth {
  @Field(() => String, { description: 'The component, such as `database`.' })
  name!: string;

  @Field(() => HealthStatus, { description: 'Its status.' })
  status!: keyof typeof HealthStatus;

  @Field(() => Float, { nullable: true, description: 'The response time in milliseconds; null if it did not respond.' })
  latencyMs!: number | null;

  @Field(() => String, { nullable: true, description: 'Details, for administrators.' })
  detail!: string | null;
}
