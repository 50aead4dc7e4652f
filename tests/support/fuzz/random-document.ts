import {
  getNamedType,
  getNullableType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import type { Random } from './random.ts';

export interface RandomDocument {
  query: string;
  variables: Record<string, unknown>;
}

interface Style {
  /** Possible aliases; names of keys and required fields are the interesting ones. */
  aliases: readonly string[];
  /** Literals for arguments of these types, beside those of every type. */
  values?: Record<string, readonly string[]>;
  /** The percentage of mutations and subscriptions; the rest are queries. */
  mutations: number;
  subscriptions: number;
}

const FIELDS = 40;
const DEPTH = 5;
const CONDITIONS = { yes: true, no: false };

/** Returns a document with aliases, fragments and conditions; most are valid, and the caller validates. */
export function randomDocument(schema: GraphQLSchema, random: Random, style: Style): RandomDocument {
  const variables = new Map<string, { type: string; value: unknown }>();
  const fragments: string[] = [];
  let budget = FIELDS;

  const root = rootType();
  const body = selections(root, DEPTH);
  const declared = [...variables].map(([name, { type }]) => `$${name}: ${type}`).join(', ');
  const kind = root === schema.getMutationType() ? 'mutation' : root === schema.getSubscriptionType() ? 'subscription' : 'query';
  return {
    query: `${kind} Q${declared ? `(${declared})` : ''} { ${body} } ${fragments.join(' ')}`,
    variables: Object.fromEntries([...variables].map(([name, { value }]) => [name, value])),
  };

  function rootType(): GraphQLObjectType {
    const roll = random.next() * 100;
    const chosen = roll < style.mutations ? schema.getMutationType() : undefined;
    const streamed = !chosen && roll < style.mutations + style.subscriptions ? schema.getSubscriptionType() : undefined;
    return chosen ?? streamed ?? schema.getQueryType()!;
  }

  function selections(type: GraphQLCompositeType, depth: number): string {
    const parts: string[] = [];
    for (let count = random.upTo(4); count > 0 && budget-- > 0; count--) {
      const roll = random.next();
      if (roll < 0.12) parts.push('__typename');
      else if (roll < 0.32 || isUnionType(type)) parts.push(fragment(type, depth));
      else parts.push(field(type, depth));
    }
    return parts.filter(Boolean).join(' ') || '__typename';
  }

  function fragment(type: GraphQLCompositeType, depth: number): string {
    const related = isObjectType(type)
      ? [type, ...type.getInterfaces()]
      : [...schema.getPossibleTypes(type), ...(isInterfaceType(type) ? [type] : [])];
    const on = random.pick(related);
    if (random.happens(0.3)) {
      const position = fragments.push('') - 1;
      fragments[position] = `fragment F${position} on ${on.name} { ${selections(on, depth)} }`;
      return `...F${position}${condition()}`;
    }
    const named = on !== type || random.happens(0.8) ? ` on ${on.name}` : '';
    return `...${named}${condition()} { ${selections(on, depth)} }`;
  }

  function field(type: Exclude<GraphQLCompositeType, { getTypes(): unknown }>, depth: number): string {
    const fields = Object.values(type.getFields()).filter((one) => depth > 0 || isLeafType(getNamedType(one.type)));
    if (fields.length === 0) return '';
    const chosen = random.pick(fields);
    const inner = getNamedType(chosen.type);
    const alias = style.aliases.length > 0 && random.happens(0.25) ? `${random.pick(style.aliases)}: ` : '';
    const set = isCompositeType(inner) ? ` { ${selections(inner, depth - 1)} }` : '';
    return `${alias}${chosen.name}${written(chosen)}${condition()}${set}`;
  }

  function written({ args }: GraphQLField<unknown, unknown>): string {
    const given = args
      .filter((argument) => isNeeded(argument) || random.happens(0.5))
      .map((argument) => `${argument.name}: ${argumentValue(argument)}`);
    return given.length > 0 ? `(${given.join(', ')})` : '';
  }

  function argumentValue({ name, type }: GraphQLArgument): string {
    const leaf = getNullableType(type);
    if (isListType(leaf) || isInputObjectType(leaf) || random.happens(0.7)) return literal(type);
    const variable = `${name}${variables.size}`;
    const text = literal(leaf);
    variables.set(variable, { type: String(type), value: isEnumType(leaf) ? text : (JSON.parse(text) as unknown) });
    return `$${variable}`;
  }

  function literal(type: GraphQLInputType): string {
    const bare = getNullableType(type);
    const chosen = style.values?.[getNamedType(bare).name];
    if (isListType(bare)) return `[${literal(bare.ofType)}]`;
    if (isEnumType(bare)) return random.pick(bare.getValues()).name;
    if (isInputObjectType(bare)) {
      const fields = Object.values(bare.getFields()).filter((one) => isNonNullType(one.type));
      return `{ ${fields.map((one) => `${one.name}: ${literal(one.type)}`).join(', ')} }`;
    }
    if (chosen) return random.pick(chosen);
    const plain: Record<string, string> = {
      Int: String(random.upTo(3)),
      Float: '0.5',
      Boolean: random.pick(['true', 'false']),
      JSON: '{}',
    };
    return plain[bare.name] ?? '"x"';
  }

  function condition(): string {
    if (!random.happens(0.12)) return '';
    const name = random.pick(['yes', 'no', undefined] as const);
    if (name) variables.set(name, { type: 'Boolean!', value: CONDITIONS[name] });
    return ` @${random.pick(['skip', 'include'])}(if: ${name ? `$${name}` : random.pick(['true', 'false'])})`;
  }
}

function isNeeded({ type, defaultValue }: GraphQLArgument): boolean {
  return isNonNullType(type) && defaultValue === undefined;
}
