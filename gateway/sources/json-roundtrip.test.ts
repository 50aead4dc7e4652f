import { describe, expect, it } from '@jest/globals';
import { jsonRoundtrip } from './json-roundtrip.ts';

const VALUES: [string, unknown][] = [
  ['text, also ill-formed', ['', 'ä', '\ud800', '\0"\\']],
  ['numbers', [0, -0, 1.5, 1e300, NaN, Infinity, -Infinity]],
  ['what JSON cannot say', { a: undefined, b: () => 1, c: Symbol('c'), d: [undefined, () => 1] }],
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
  ['the name of the prototype', JSON.parse('{"__proto__": {"polluted": true}, "a": 1}')],
  ['numbers as keys', { 2: 'b', 1: 'a', x: 'c' }],
  ['nothing', null],
];

describe('what goes over the wire', () => {
  it.each(VALUES)('is what JSON makes of %s', (_, value) => {
    const throughJson = JSON.parse(JSON.stringify(value));
    expect(jsonRoundtrip(value)).toStrictEqual(throughJson);
    expect(JSON.stringify(jsonRoundtrip(value))).toBe(JSON.stringify(throughJson));
  });

  it('changes the prototype of nothing', () => {
    jsonRoundtrip(JSON.parse('{"__proto__": {"polluted": true}}'));
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('refuses what JSON refuses', () => {
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    expect(() => jsonRoundtrip(1n)).toThrow(TypeError);
    expect(() => jsonRoundtrip(circular)).toThrow(RangeError);
  });

  it('shares nothing with what was sent', () => {
    const sent = { list: [{ a: 1 }] };
    const arrived = jsonRoundtrip(sent);
    arrived.list[0]!.a = 2;
    expect(sent.list[0]!.a).toBe(1);
  });
});
