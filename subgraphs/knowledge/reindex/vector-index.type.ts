import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { DateTime } from '../../scalars.ts';
import type { IndexState } from './vector-index.entity.ts';

export const VectorIndexState: Record<IndexState, IndexState> = {
  BUILDING: 'BUILDING',
  ACTIVE: 'ACTIVE',
  RETIRED: 'RETIRED',
  FAILED: 'FAILED',
};

registerEnumType(VectorIndexState, {
  name: 'VectorIndexState',
  description: 'Where a vector index stands.',
  valuesConfig: {
    BUILDING: { description: 'It is filled from the texts; the active one is asked meanwhile, where its model is still configured.' },
    ACTIVE: { description: 'Questions are answered from it.' },
    RETIRED: { description: 'Another took its place; its vectors are removed.' },
    FAILED: { description: 'It came to nothing; `failure` says why, and what was active stays so.' },
  },
});

@ObjectType('VectorIndex', {
  description: 'The vectors of all documents by one embedding model. It can be rebuilt from the texts at any time.',
})
export class VectorIndexType {
  @Field(() => ID, { description: 'Its id.' })
  id!: string;

  @Field(() => String, { description: 'The embedding model.' })
  model!: string;

  @Field(() => Int, { nullable: true, description: 'How many numbers a vector has; null before the first one.' })
  dimensions!: number | null;

  @Field(() => VectorIndexState, { description: 'Where it stands.' })
  state!: IndexState;

  @Field(() => String, { nullable: true, description: 'Why it failed; while it is built, what was in the way last; otherwise null.' })
  failure!: string | null;

  @Field(() => DateTime, { description: 'When it was begun.' })
  createdAt!: Date;

  @Field(() => DateTime, { nullable: true, description: 'When it became active; when that is past, when it was retired or failed.' })
  finishedAt!: Date | null;
}

@ObjectType({ description: 'The index that is being built.' })
export class ReindexKnowledgePayload {
  @Field(() => VectorIndexType, { description: 'The new index; if one was being built already, that one.' })
  vectorIndex!: VectorIndexType;
}
