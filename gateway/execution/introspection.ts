import {
  execute,
  Kind,
  separateOperations,
  type DocumentNode,
  type ExecutionArgs,
  type FieldNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { introspectionName } from '../planning/canonical.ts';
import type { JsonObject } from './merge.ts';
import type { ParsedOperation } from './request.ts';

const MENTION = /__(schema|type)\b/;
type Keep = (field: FieldNode) => boolean;

/** Extracts `__schema` and `__type` from an operation; undefined if it has neither. */
export function introspectionIn(query: string, parsed: ParsedOperation): DocumentNode | undefined {
  return MENTION.test(query) ? restrict(parsed, isIntrospection) : undefined;
}

/** Executes introspection synchronously. The keys cannot collide with fields of subgraphs. */
export function introspect(args: Pick<ExecutionArgs, 'schema' | 'document' | 'variableValues'>): JsonObject {
  const result = execute(args);
  const data = 'data' in result ? (result.data ?? {}) : {};
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [introspectionName(key), value]));
}

function isIntrospection({ name }: FieldNode): boolean {
  return name.value === '__schema' || name.value === '__type';
}

/** Restricts an operation to some root fields and the fragments that these need. */
function restrict({ operation, fragments }: ParsedOperation, keep: Keep): DocumentNode | undefined {
  const selectionSet = restricted(operation.selectionSet);
  if (!selectionSet) return undefined;
  const document: DocumentNode = { kind: Kind.DOCUMENT, definitions: [{ ...operation, selectionSet }, ...Object.values(fragments)] };
  return separateOperations(document)[operation.name?.value ?? ''];

  function restricted(set: SelectionSetNode): SelectionSetNode | undefined {
    const selections = set.selections
      .map((selection) => {
        if (selection.kind === Kind.FIELD) return keep(selection) ? selection : undefined;
        return inlined(selection);
      })
      .filter((selection) => selection !== undefined);
    return selections.length > 0 ? { ...set, selections } : undefined;
  }
  /** Inlines a fragment with the directives of its spread. */
  function inlined(selection: Exclude<SelectionNode, FieldNode>): SelectionNode | undefined {
    const { typeCondition, selectionSet } = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments[selection.name.value]!;
    const kept = restricted(selectionSet);
    return (
      kept && {
        kind: Kind.INLINE_FRAGMENT,
        ...(typeCondition ? { typeCondition } : {}),
        directives: selection.directives ?? [],
        selectionSet: kept,
      }
    );
  }
}
