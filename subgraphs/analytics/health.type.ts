import { Field, Float, ObjectType, registerEnumType } from 'type-graphql';

export const HealthStatus = { UP: 'UP', DEGRADED: 'DEGRADED', DOWN: 'DOWN' } as const;

registerEnumType(HealthStatus, {
  name: 'HealthStatus',
  description: 'How a part of the platform does.',
  valuesConfig: {
    UP: { description: 'It answers.' },
    DEGRADED: { description: 'It answers, but slowly.' },
    DOWN: { description: 'It does not answer within two seconds, or with a fault.' },
  },
});

@ObjectType({ description: 'How one part of the platform does.' })
export class ServiceHealth {
  @Field(() => String, { description: 'The part, such as `database`.' })
  name!: string;

  @Field(() => HealthStatus, { description: 'How it does.' })
  status!: keyof typeof HealthStatus;

  @Field(() => Float, { nullable: true, description: 'How long it took to answer; null when it did not.' })
  latencyMs!: number | null;

  @Field(() => String, { nullable: true, description: 'More of it, for administrators.' })
  detail!: string | null;
}
