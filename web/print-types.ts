// Writes src/lib/graph/schema.d.ts from schema/api.graphql. gql.tada's own command does the same but
// wants the compiler of TypeScript 6 beside it, while the house has 7.
import { readFileSync, writeFileSync } from 'node:fs';
import { minifyIntrospection, outputIntrospectionFile } from '@gql.tada/internal';
import { buildSchema, introspectionFromSchema } from 'graphql';

const sdl = readFileSync(new URL('../schema/api.graphql', import.meta.url), 'utf8');
const introspection = minifyIntrospection(introspectionFromSchema(buildSchema(sdl), { descriptions: false }));
const types = outputIntrospectionFile(introspection, { fileType: '.d.ts', shouldPreprocess: true });
writeFileSync(new URL('src/lib/graph/schema.d.ts', import.meta.url), types);
