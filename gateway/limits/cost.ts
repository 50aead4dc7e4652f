import {
  getNamedType,
  getNullableType,
  isCompositeType,
  isInputObjectType,
  isListType,
  isObjectType,
  isInterfaceType,
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLInputType,
  type SelectionSetNode,
  type FieldNode,
  type ValueNode,
} from 'graphql';
import { Failure } from '../../schema/errors.ts';
import { LIMITS } from './limits.ts';
import type { CoercedVariables, ParsedOperation } from '../execution/request.ts';

/** Assumed list lengths: for a list with an omitted page size, and for one without a page size argument. */
const DEFAULT_PAGE = 20;
const PLAIN_LIST = 10;

type Cost = (variables: CoercedVariables) => number;
/** Returns the requested page size, or null for the default. */
type Size = (variables: CoercedVariables) => number | null;

/**
 * Estimates the maximum number of objects in a response: each object counts 1, each list multiplies the cost of its items
 * by its page size, read from the coerced variables. Compiled once per document, computed per request.
 * Throws `BAD_USER_INPUT` for a page size outside 1 to 100.
 */
export function costOf({ schema, operation, fragments }: ParsedOperation): Cost {
  const root = schema.getRootType(operation.operation);
  if (!root) return () => 0;
  return ofSelections(operation.selectionSet, root, undefined);

  function ofSelections(set: SelectionSetNode, type: GraphQLCompositeType, pageSize: Size | undefined): Cost {
    const parts = set.selections.map((node): Cost => {
      if (node.kind === 'Field') return ofField(node, type, pageSize);
      const fragment = node.kind === 'InlineFragment' ? node : fragments[node.name.value];
      const condition = fragment?.typeCondition ? schema.getType(fragment.typeCondition.name.value) : type;
      if (!fragment || !isCompositeType(condition)) return () => 0;
      return ofSelections(fragment.selectionSet, condition, pageSize);
    });
    return (variables) => parts.reduce((sum, part) => sum + part(variables), 0);
  }

  function ofField(node: FieldNode, parent: GraphQLCompositeType, pageSize: Size | undefined): Cost {
    const field = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[node.name.value] : undefined;
    // Introspection is limited by depth and by the specification's rule against recursion.
    if (!field) return () => 0;
    const size = sizeOf(node, field);
    const type = getNamedType(field.type);
    if (!isCompositeType(type) || !node.selectionSet) return (variables) => (size?.(variables), 0);
    const isList = isListType(getNullableType(field.type));
    const inner = ofSelections(node.selectionSet, type, isList ? undefined : size);
    const count: Size = isList ? (size ?? pageSize ?? (() => PLAIN_LIST)) : () => 1;
    return (variables) => (size?.(variables), (count(variables) ?? DEFAULT_PAGE) * (1 + inner(variables)));
  }
}

/** Reads the page size of a field: `first` or `last`, as an argument or inside an input object. */
function sizeOf(node: FieldNode, field: GraphQLField<unknown, unknown>): Size | undefined {
  const sizes = field.args.flatMap((argument) => {
    const given = node.arguments?.find(({ name }) => name.value === argument.name)?.value;
    return sizesOf(argument, given);
  });
  if (sizes.length === 0) return undefined;
  return (variables) => sizes.map((size) => size(variables)).find((size) => size !== null) ?? null;
}

function sizesOf(argument: Pick<GraphQLArgument, 'name' | 'type' | 'defaultValue'>, given: ValueNode | undefined): Size[] {
  const read = reader(given, argument.defaultValue);
  if (isPageSize(argument.name)) return [(variables) => checkSize(argument.name, read(variables))];
  return pageSizesWithin(argument.type).map((name) => (variables) => {
    const input = read(variables) as Record<string, unknown> | null | undefined;
    return checkSize(name, input?.[name]);
  });
}

function pageSizesWithin(type: GraphQLInputType): string[] {
  const input = getNullableType(type);
  return isInputObjectType(input) ? Object.keys(input.getFields()).filter(isPageSize) : [];
}

function isPageSize(name: string): boolean {
  return name === 'first' || name === 'last';
}

/** Reads a literal of the document with its variables substituted. */
function reader(node: ValueNode | undefined, fallback: unknown): (variables: CoercedVariables) => unknown {
  if (!node) return () => fallback;
  if (node.kind === 'Variable') return (variables) => (node.name.value in variables ? variables[node.name.value] : fallback);
  if (node.kind === 'IntValue' || node.kind === 'FloatValue') return () => Number(node.value);
  if (node.kind !== 'ObjectValue') return () => null;
  const fields = node.fields.map((field) => [field.name.value, reader(field.value, undefined)] as const);
  return (variables) => Object.fromEntries(fields.map(([name, read]) => [name, read(variables)]));
}

function checkSize(name: string, value: unknown): number | null {
  if (value === null || value === undefined) return null;
  if (Number.isInteger(value) && (value as number) >= 1 && (value as number) <= LIMITS.page) return value as number;
  throw new Failure('BAD_USER_INPUT', { reason: `\`${name}\` must be a whole number from 1 to ${LIMITS.page}.`, field: name });
}
