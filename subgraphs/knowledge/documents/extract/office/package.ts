import { posix } from 'node:path';
import { Failure } from '../../../../../schema/errors.ts';
import { readArchive } from '../archive.ts';
import { elementsOf, readXml, refuseDoctype, type XmlElement } from '../xml.ts';

export interface Relation {
  /** The last path segment of its type, such as `worksheet`. */
  type: string;
  /** The name of the part in the archive. */
  target: string;
}

/** An Office Open XML package (ECMA-376 part 2): its XML parts by name, and their relationships. */
export class OfficePackage {
  readonly #parts: Map<string, Buffer>;

  private constructor(parts: Map<string, Buffer>) {
    this.#parts = parts;
  }

  static async open(bytes: Uint8Array): Promise<OfficePackage> {
    const parts = await readArchive(bytes, (name) => /\.(xml|rels)$/i.test(name));
    for (const part of parts.values()) refuseDoctype(part);
    return new OfficePackage(new Map([...parts].map(([name, part]) => [name.replace(/^\//, '').toLowerCase(), part])));
  }

  bytes(name: string): Buffer | undefined {
    return this.#parts.get(name.toLowerCase());
  }

  /** Returns the root element of a part; undefined if it is missing or empty. */
  root(name: string): XmlElement | undefined {
    const part = this.bytes(name);
    return part && elementsOf(readXml(part).root)[0];
  }

  /** Finds the main part of the file by its relationship, not by its name. */
  main(): { name: string; root: XmlElement } {
    const target = [...this.relations('').values()].find((relation) => relation.type === 'officeDocument')?.target;
    const root = target === undefined ? undefined : this.root(target);
    if (!root) throw new Failure('DOCUMENT_BROKEN', { reason: 'The main part of the file is missing.' });
    return { name: target!, root };
  }

  /** Returns the relationships of a part within the file, by id. */
  relations(name: string): Map<string, Relation> {
    const folder = posix.dirname(name);
    const root = this.root(posix.join(folder, '_rels', `${posix.basename(name)}.rels`));
    const inside = root ? elementsOf(root, 'Relationship').filter(({ attributes }) => attributes['TargetMode'] !== 'External') : [];
    return new Map(
      inside.map(({ attributes: { Id = '', Type = '', Target = '' } }) => {
        const target = Target.startsWith('/') ? Target.slice(1) : posix.join(folder, Target);
        return [Id, { type: Type.split('/').at(-1)!, target: decodeName(target) }];
      }),
    );
  }

  related(name: string, type: string): string | undefined {
    return [...this.relations(name).values()].find((relation) => relation.type === type)?.target;
  }
}

/** Returns the `r:id` attribute under any prefix: the element may have an unprefixed `id`, too. */
export function relationId({ attributes }: XmlElement): string {
  return Object.entries(attributes).find(([name]) => name.endsWith(':id'))?.[1] ?? '';
}

function decodeName(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
