import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { SOURCES } from './sources.ts';

const RESOLVERS = SOURCES.filter((file) => file.startsWith('subgraphs/') && file.endsWith('.resolver.ts'));
const ROOTS = /@(?:Query|Mutation|FieldResolver)\(\s*\(\) =>\s*(?<list>\[?)(?<type>\w+)/g;
/** Patterns that lose the type of a result, and the alternative. */
const UNTYPED: [RegExp, string][] = [
  [/Promise<unknown>|\): unknown \{/, 'Return the type that the decorator names.'],
  [/\bas (?:never|any|unknown as)\b/, 'Take or return what the value is: `@Root()` may be the entity.'],
];
const SCALARS: Record<string, string> = {
  ID: 'string',
  String: 'string',
  Int: 'number',
  Float: 'number',
  Boolean: 'boolean',
  DateTime: 'Date',
};

const OVERRIDDEN: [RegExp, string][] = [
  [/\.ask<|askEach</, 'The document has the types: write it as graphql(`query …`).'],
  [/\bas (?:unknown as )?GraphDocument\b/, 'Only graphql makes a document.'],
  [/(?:ask|askEach)\([^;]*\bas (?:never|any|unknown as)\b/, 'Give graph.ask the variables that the document declares.'],
  [/: any\b/, 'Take the type from the document: ResultOf<typeof DOCUMENT>.'],
];

interface Fault {
  file: string;
  method: string;
  fault: string;
}

/** Returns methods whose written return type is not the type that their decorator names. */
export function mismatches(file: string, text: string): Fault[] {
  const starts = [...text.matchAll(ROOTS)];
  return starts.flatMap((match, index) => {
    const method = text.slice(match.index, starts[index + 1]?.index);
    const signature = /^  (?:async )?(?<name>\w+)\((?:[^\n]*\)|\n[\s\S]*?\n  \)): (?<returned>.+) \{$/m.exec(method)?.groups;
    if (!signature) return [{ file, method: match[0], fault: 'has no written return type' }];
    const { type, list } = match.groups as { type: string; list: string };
    const named = SCALARS[type] ?? type.replace(/Enum$/, '');
    const returned = signature['returned']!.replace(/^Promise<(.*)>$/, '$1');
    const first = list ? `${named}[]` : named;
    const fits = type.endsWith('Connection') ? returned.startsWith('Connection<') || returned === type : returned.split(' | ')[0] === first;
    if (fits && returned.endsWith('| null') && !/nullable: true/.test(method))
      return [{ file, method: signature['name']!, fault: `returns ${returned}, but its decorator is not nullable` }];
    return fits ? [] : [{ file, method: signature['name']!, fault: `returns ${returned}, but its decorator names ${first}` }];
  });
}

function faults(file: string, rules: [RegExp, string][]): string[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.flatMap((line, index) => rules.filter(([rule]) => rule.test(line)).map(([, instead]) => `${file}:${index + 1} ${instead}`));
}

describe('a resolver', () => {
  it('returns the type that its decorator names, so that the compiler compares entity and schema type', () => {
    expect(RESOLVERS.length).toBeGreaterThan(15);
    expect(RESOLVERS.flatMap((file) => mismatches(file, readFileSync(file, 'utf8')))).toEqual([]);
  });

  it('neither returns unknown nor casts a value to another type', () => {
    expect(RESOLVERS.flatMap((file) => faults(file, UNTYPED))).toEqual([]);
  });

  it.each([
    ['a type of another entity', 'Promise<RunType>', 'returns RunType, but its decorator names MessageType'],
    ['a list', 'Promise<MessageType[]>', 'returns MessageType[], but its decorator names MessageType'],
    ['null', 'Promise<MessageType | null>', 'returns MessageType | null, but its decorator is not nullable'],
    ['anything', 'Promise<unknown>', 'returns unknown, but its decorator names MessageType'],
  ])('is reported where it returns %s', (_what, returned, fault) => {
    const text = `  @Query(() => MessageType, { description: '' })\n  async message(@Ctx() context: Context): ${returned} {\n`;
    expect(mismatches('a.resolver.ts', text)).toEqual([{ file: 'a.resolver.ts', method: 'message', fault }]);
  });
});

describe('documents for graph.ask', () => {
  it('are made by graphql(), whose inferred types are never overridden', () => {
    const callers = SOURCES.filter(
      (file) => /^subgraphs\/(?!framework\/).+\.ts$/.test(file) && /\.ask\(|askEach\(/.test(readFileSync(file, 'utf8')),
    );
    expect(callers.length).toBeGreaterThan(5);
    expect(callers.flatMap((file) => faults(file, OVERRIDDEN))).toEqual([]);
  });
});
