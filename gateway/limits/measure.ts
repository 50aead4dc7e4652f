import type { DocumentNode, FieldNode, FragmentDefinitionNode, OperationDefinitionNode, SelectionNode, SelectionSetNode } from 'graphql';

/** The size of a selection after its fragments are expanded. Counts saturate at infinity. */
export interface Measure {
  depth: number;
  /** Like `depth`, but each fragment counts as a level. */
  nesting: number;
  fields: number;
  aliases: number;
}

const NOTHING: Measure = { depth: 0, nesting: 0, fields: 0, aliases: 0 };

/**
 * Measures operations of one document without a schema. Each fragment is measured once, however often it is spread, so a
 * document of 30 lines that expands to millions of fields takes 30 steps.
 */
export class Measurer {
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly #measured = new Map<string, Measure>();
  readonly #open = new Set<string>();
  /** True after a fragment cycle was found; the measures are then meaningless. */
  cyclic = false;

  constructor(document: DocumentNode) {
    this.#fragments = new Map(
      document.definitions.filter((node) => node.kind === 'FragmentDefinition').map((node) => [node.name.value, node]),
    );
  }

  measure(operation: OperationDefinitionNode): Measure {
    return this.#set(operation.selectionSet);
  }

  /** Collects root fields, including those of fragments and repetitions, until there are more than `limit`. */
  rootFields(operation: OperationDefinitionNode, limit: number): FieldNode[] {
    const fields: FieldNode[] = [];
    const visit = (set: SelectionSetNode, within: readonly string[]): void => {
      for (const node of set.selections) {
        if (fields.length > limit) return;
        if (node.kind === 'Field') fields.push(node);
        else if (node.kind === 'InlineFragment') visit(node.selectionSet, within);
        else this.#enter(node.name.value, within, visit);
      }
    };
    visit(operation.selectionSet, []);
    return fields;
  }

  #enter(name: string, within: readonly string[], visit: (set: SelectionSetNode, within: readonly string[]) => void): void {
    const fragment = this.#fragments.get(name);
    if (fragment && !within.includes(name)) visit(fragment.selectionSet, [...within, name]);
  }

  #set(set: SelectionSetNode): Measure {
    const total = { ...NOTHING };
    for (const node of set.selections) {
      const part = this.#selection(node);
      total.depth = Math.max(total.depth, part.depth);
      total.nesting = Math.max(total.nesting, part.nesting);
      total.fields += part.fields;
      total.aliases += part.aliases;
    }
    return total;
  }

  #selection(node: SelectionNode): Measure {
    if (node.kind === 'InlineFragment') return within(this.#set(node.selectionSet));
    if (node.kind === 'FragmentSpread') return within(this.#fragment(node.name.value));
    const inner = node.selectionSet ? this.#set(node.selectionSet) : NOTHING;
    return { depth: inner.depth + 1, nesting: inner.nesting + 1, fields: inner.fields + 1, aliases: inner.aliases + (node.alias ? 1 : 0) };
  }

  #fragment(name: string): Measure {
    const known = this.#measured.get(name);
    if (known) return known;
    if (this.#open.has(name)) this.cyclic = true;
    const fragment = this.#fragments.get(name);
    if (!fragment || this.cyclic) return NOTHING;
    this.#open.add(name);
    const measure = this.#set(fragment.selectionSet);
    this.#open.delete(name);
    this.#measured.set(name, measure);
    return measure;
  }
}

function within(fragment: Measure): Measure {
  return { ...fragment, nesting: fragment.nesting + 1 };
}
