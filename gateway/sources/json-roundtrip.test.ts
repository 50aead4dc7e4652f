import { describe, expect, it } from '@jest/globals';
import { jsonRoundtrip } from './json-roundtrip.ts';

const VALUES: [string, unknown][] = [
  ['text, also ill-formed', ['', 'ä', '\ud800', '\0"\\']],
  ['numbers', [0, -0, 1.5, 1e300, NaN, Infinity, -Infinity]],
  ['values that JSON lacks', { a: undefined, b: () => 1, c: Symbol('c'), d: [undefined, () => 1] }],
  ['dates and buffers', [new Date(0), { at: new Date(1) }, Buffer.from('ab')]],
  ['an invalid date', [new Date(NaN)]],
  ['nested lists and objects', { a: [[{ b: null }], []], c: { d: {} } }],
  ['holes', Object.assign([], { 0: 1, 2: 3 })],
  [
    'maps and classes',
    [
      new Map([[1, 2]]),
      new (class {
        #hidden = 1;
        shown = [this.#hidden];
      })(),
    ],
  ],
  ['objects without a prototype', Object.assign(Object.create(null), { a: 1, toString: 'x' })],
  ['inherited fields', Object.create({ inherited: 1 })],
  ['a key named __proto__', JSON.parse('{"__proto__": {"polluted": true}, "a": 1}')],
  ['numeric keys', { 2: 'b', 1: 'a', x: 'c' }],
  ['null', null],
];

describe('jsonRoundtrip', () => {
  it.each(VALUES)('jsonRoundtrip equals JSON.parse(JSON.stringify()) for %s', (_, value) => {
    const throughJson = JSON.parse(JSON.stringify(value));
    expect(jsonRoundtrip(value)).toStrictEqual(throughJson);
    expect(JSON.stringify(jsonRoundtrip(value))).toBe(JSON.stringify(throughJson));
  });

  it('jsonRoundtrip keeps __proto__ as a plain key and pollutes no prototype', () => {
    jsonRoundtrip(JSON.parse('{"__proto__": {"polluted": true}}'));
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('jsonRoundtrip throws for a BigInt and for circular references', () => {
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    expect(() => jsonRoundtrip(1n)).toThrow(TypeError);
    expect(() => jsonRoundtrip(circular)).toThrow(RangeError);
  });

  it('jsonRoundtrip returns a copy that shares no objects with its input', () => {
    const input = { list: [{ a: 1 }] };
    const output = jsonRoundtrip(input);
    output.list[0]!.a = 2;
    expect(input.list[0]!.a).toBe(1);
  });
});
