import {
  getNamedType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  print,
  type ArgumentNode,
  type GraphQLOutputType,
  type GraphQLSchema,
  type ValueNode,
} from 'graphql';

/** Properties of all fields with the same name. */
interface Known {
  takesArguments: boolean;
  types: Set<string>;
}

/** Determines which field names of a supergraph can be used as response names without conflicts in any selection. */
export class FieldNames {
  readonly #known = new Map<string, Known>();

  /** `supergraph`: the full schema, because plans may need `@inaccessible` fields. */
  constructor(supergraph: GraphQLSchema) {
    for (const type of Object.values(supergraph.getTypeMap())) {
      if (!isObjectType(type) && !isInterfaceType(type)) continue;
      for (const { name, args, type: result } of Object.values(type.getFields())) {
        const known = this.#known.get(name) ?? { takesArguments: false, types: new Set() };
        this.#known.set(name, known);
        known.takesArguments ||= args.length > 0;
        known.types.add(typeSignature(result));
      }
    }
  }

  has(name: string): boolean {
    return this.#known.has(name);
  }

  isUnambiguous(name: string): boolean {
    const known = this.#known.get(name);
    return known !== undefined && !known.takesArguments && known.types.size === 1;
  }
}

/** Fields with the same name and type signature can be merged, even with different parents (SameResponseShape). */
export function typeSignature(type: GraphQLOutputType): string {
  if (isNonNullType(type)) return `${typeSignature(type.ofType)}!`;
  if (isListType(type)) return `[${typeSignature(type.ofType)}]`;
  return isLeafType(type) ? getNamedType(type).name : '{}';
}

/** Returns a text that does not depend on the order of arguments. */
export function signatureOf(given: readonly ArgumentNode[] | undefined): string {
  return inOrder((given ?? []).map(({ name, value }) => `${name.value}: ${sorted(value)}`));
}

function sorted(value: ValueNode): string {
  if (value.kind === 'ListValue') return `[${value.values.map(sorted).join()}]`;
  if (value.kind === 'ObjectValue') return `{${inOrder(value.fields.map((field) => `${field.name.value}: ${sorted(field.value)}`))}}`;
  return print(value);
}

function inOrder(parts: string[]): string {
  return parts.sort().join();
}
