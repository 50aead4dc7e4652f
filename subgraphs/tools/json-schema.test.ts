import { describe, expect, it } from '@jest/globals';
import { misfit, type JsonSchema } from './json-schema.ts';

const SCHEMA: JsonSchema = {
  type: 'object',
  properties: {
    query: { type: 'string', minLength: 1, maxLength: 5 },
    count: { type: 'integer', minimum: 1, maximum: 20 },
    order: { type: 'string', enum: ['new', 'old'] },
    lists: { type: 'array', items: { type: 'array', items: { type: 'number' } } },
    deep: { type: 'object', properties: { on: { type: 'boolean' } }, additionalProperties: false },
  },
  required: ['query'],
  additionalProperties: false,
};

describe('the check of arguments', () => {
  it.each<[unknown, string | null]>([
    [{ query: 'hello', count: 20, order: 'old', lists: [[1, 2.5], []], deep: { on: true } }, null],
    [null, 'The arguments must be an object.'],
    [[], 'The arguments must be an object.'],
    [{}, 'The arguments must have "query".'],
    [Object.create({ query: 'hello' }), 'The arguments must have "query".'],
    [{ query: 1 }, '"query" must be a string.'],
    [{ query: ' \n' }, '"query" must not be empty.'],
    [{ query: '😀😀😀' }, '"query" has 6 characters; 5 are allowed.'],
    [{ query: 'a', count: '2' }, '"count" must be an integer.'],
    [{ query: 'a', count: 1.5 }, '"count" must be an integer.'],
    [{ query: 'a', count: 21 }, '"count" must be between 1 and 20.'],
    [{ query: 'a', count: 0 }, '"count" must be between 1 and 20.'],
    [{ query: 'a', order: 'up' }, '"order" must be one of new, old.'],
    [{ query: 'a', lists: [[1], ['x']] }, '"lists"[1][0] must be a number.'],
    [{ query: 'a', deep: { on: 1 } }, '"on" must be a boolean.'],
    [{ query: 'a', limit: 3 }, 'The arguments must not have "limit". Known: query, count, order, lists, deep.'],
    [JSON.parse('{"query":"a","__proto__":{}}'), 'The arguments must not have "__proto__". Known: query, count, order, lists, deep.'],
    [{ query: 'a', ['x'.repeat(99)]: 3 }, `The arguments must not have "${'x'.repeat(50)}". Known: query, count, order, lists, deep.`],
  ])('of %j says: %s', (value, message) => {
    expect(misfit(value, SCHEMA)).toBe(message);
  });

  it.each([
    { type: 'object', properties: { a: { $ref: 'https://example.org/a.json' } } },
    { type: 'object', properties: { a: { $ref: '#' } } },
    { type: 'object', $id: 'https://example.org/a.json' },
    { type: 'string', pattern: '(a+)+$' },
    { type: 'string', format: 'uri' },
    { type: 'object', patternProperties: { '^(a+)+$': { type: 'string' } } },
    { type: 'array', uniqueItems: true },
    { type: 'string', maxLength: { $data: '1/limit' } },
    { type: 'string', minimum: 1 },
    { type: 'text' },
    { type: 'object', required: 'query' },
    { type: 'string', enum: Array.from({ length: 3_000 }, (_, index) => `choice ${index}`) },
  ])('refuses a schema whose check is not bounded, or that is none: %j', (schema) => {
    expect(() => misfit('aaaa', schema as unknown as JsonSchema)).toThrow();
  });
});
