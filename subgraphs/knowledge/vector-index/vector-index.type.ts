import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { DateTime } from '../../framework/scalars.ts';
import type { IndexState } from './vector-index.entity.ts';

export const VectorIndexState: Record<IndexState, IndexState> = {
  BUILDING: 'BUILDING',
  ACTIVE: 'ACTIVE',
  RETIRED: 'RETIRED',
  FAILED: 'FAILED',
};

registerEnumType(VectorIndexState, {
  name: 'VectorIndexState',
  description: 'The status of a vector index.',
  valuesConfig: {
    BUILDING: { description: 'It is being built. The active index is searched meanwhile, if its model is still configured.' },
    ACTIVE: { description: 'It is searched.' },
    RETIRED: { description: 'Replaced by another index; its vectors are removed.' },
    FAILED: { description: 'It failed, see `failure`; the active index remains active.' },
  },
});

@ObjectType('VectorIndex', {
  description: 'The vectors of all documents for one embedding model. It can be rebuilt from the texts at any time.',
})
export class VectorIndexType {
  @Field(() => ID, { description: 'Its id.' })
  id!: string;

  @Field(() => String, { description: 'The embedding model.' })
  model!: string;

  @Field(() => Int, { nullable: true, description: 'The number of dimensions of a vector; null before the first one.' })
  dimensions!: number | null;

  @Field(() => VectorIndexState, { description: 'Its status.' })
  state!: IndexState;

  @Field(() => String, { nullable: true, description: 'The error; while it is being built, the last one; otherwise null.' })
  failure!: string | null;

  @Field(() => DateTime, { description: 'When it was begun.' })
  createdAt!: Date;

  @Field(() => DateTime, { nullable: true, description: 'The time when it became active, or was retired, or failed.' })
  finishedAt!: Date | null;
}

@ObjectType({ description: 'The index that is being built.' })
export class ReindexKnowledgePayload {
  @Field(() => VectorIndexType, { description: 'The new index, or the one that is already being built.' })
  vectorIndex!: VectorIndexType;
}
