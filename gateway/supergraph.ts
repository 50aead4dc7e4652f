import { buildSchema, type GraphQLSchema } from 'graphql';
import { Executor } from './executor.ts';
import type { Ground } from './execution/execution.ts';
import { Operations } from './execution/operations.ts';
import type { Planner } from './planner.ts';
import type { Admission } from './request.ts';
import { typeTest } from './execution/walk.ts';

/** Everything that holds as long as one supergraph does. A reload makes a new one; running streams keep theirs. */
export class Supergraph {
  readonly executor: Executor;
  /** What clients ask, under the conditions of the door. */
  readonly operations: Operations;
  /** What the platform asks itself. */
  readonly ownOperations: Operations;

  constructor(
    readonly sdl: string,
    /** The public schema. */
    readonly schema: GraphQLSchema,
    planner: Planner,
    { admission, ...ground }: Omit<Ground, 'isOfType'> & { admission: Admission | undefined },
  ) {
    const whole = buildSchema(sdl, { assumeValid: true, assumeValidSDL: true });
    this.executor = new Executor({ ...ground, isOfType: typeTest(whole) });
    this.operations = new Operations(schema, planner, admission);
    this.ownOperations = new Operations(schema, planner);
  }
}
