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

/** What is known of all the fields of a supergraph that have one name. */
interface Known {
  takesArguments: boolean;
  shapes: Set<string>;
}

/** Knows which fields of a supergraph may keep their own names in a document of any selection, and never conflict. */
export class FieldNames {
  readonly #known = new Map<string, Known>();

  /** `supergraph` in full: what clients cannot see, a plan may need. */
  constructor(supergraph: GraphQLSchema) {
    for (const type of Object.values(supergraph.getTypeMap())) {
      if (!isObjectType(type) && !isInterfaceType(type)) continue;
      for (const { name, args, type: result } of Object.values(type.getFields())) {
        const known = this.#known.get(name) ?? { takesArguments: false, shapes: new Set() };
        this.#known.set(name, known);
        known.takesArguments ||= args.length > 0;
        known.shapes.add(shapeOf(result));
      }
    }
  }

  has(name: string): boolean {
    return this.#known.has(name);
  }

  isUnmistakable(name: string): boolean {
    const known = this.#known.get(name);
    return known !== undefined && !known.takesArguments && known.shapes.size === 1;
  }
}

/** Two fields of one name and one shape may be merged, whatever their parents are. */
export function shapeOf(type: GraphQLOutputType): string {
  if (isNonNullType(type)) return `${shapeOf(type.ofType)}!`;
  if (isListType(type)) return `[${shapeOf(type.ofType)}]`;
  return isLeafType(type) ? getNamedType(type).name : '{}';
}

/** Alike for arguments that differ only in their order. */
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
