import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import {
  buildSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
} from 'graphql';
import type { GraphQLNamedType } from 'graphql';

const run = promisify(execFile);

describe('the printed schemas', () => {
  it.each(['dist/subgraphs/print.js', 'dist/gateway/compose.js', 'dist/infra/print-readme.js'])(
    'are what %s prints from the code',
    async (writer) => {
      const { stdout, stderr } = await run(process.execPath, [writer, '--check']).catch(
        (error: { stdout: string; stderr: string }) => error,
      );
      expect(`${stdout}${stderr}`).not.toMatch(/stale|error/i);
    },
  );
});

describe('the public schema', () => {
  const schema = buildSchema(readFileSync('schema/api.graphql', 'utf8'));
  const types = Object.values(schema.getTypeMap()).filter((type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type));

  it('describes every type, field, argument and enum value', () => {
    expect(types.length).toBeGreaterThan(50);
    expect(types.flatMap(undescribed)).toEqual([]);
  });

  it('leaves out fields that only the platform may ask for', () => {
    expect(types.map(({ name }) => name).filter((name) => /^(_|join__|link__|core__)/.test(name))).toEqual([]);
  });
});

/** Returns where a description is missing, as `Type.field(argument)`. */
function undescribed(type: GraphQLNamedType): string[] {
  // The root types need no description.
  const own = type.description || ['Query', 'Mutation', 'Subscription'].includes(type.name) ? [] : [type.name];
  return [
    ...own,
    ...members(type)
      .filter(({ described }) => !described)
      .map(({ path }) => path),
  ];
}

function members(type: GraphQLNamedType): { path: string; described: boolean }[] {
  if (isEnumType(type))
    return type.getValues().map(({ name, description }) => ({ path: `${type.name}.${name}`, described: Boolean(description) }));
  if (isInputObjectType(type)) {
    return Object.values(type.getFields()).map(({ name, description }) => ({
      path: `${type.name}.${name}`,
      described: Boolean(description),
    }));
  }
  if (!isObjectType(type) && !isInterfaceType(type)) return [];
  return Object.values(type.getFields()).flatMap((field) => [
    { path: `${type.name}.${field.name}`, described: Boolean(field.description) },
    ...field.args.map((argument) => ({ path: `${type.name}.${field.name}(${argument.name})`, described: Boolean(argument.description) })),
  ]);
}
