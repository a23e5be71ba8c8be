// Keys of values: equal for equal data, and for nothing else.
import { expect, test } from 'vitest';
import { keyOf } from '../../src/core/key.js';

/** Values that JSON writes alike, or leaves out alike. */
const alike: readonly (readonly [string, unknown, unknown])[] = [
  ['NaN and null', Number.NaN, null],
  ['NaN and Infinity', Number.NaN, Number.POSITIVE_INFINITY],
  ['Infinity and -Infinity', Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  ['0 and -0', 0, -0],
  ['undefined and null in a list', [undefined], [null]],
  ['an attribute that is undefined, and none', { a: undefined }, {}],
  ['a function and no attribute', { a: () => 1 }, {}],
  ['two functions', { a: () => 1 }, { a: () => 2 }],
  ['two maps', new Map([[1, 2]]), new Map([[1, 3]])],
  ['a list of numbers and a typed array', { 0: 1 }, new Float32Array([1])],
];

test.each(alike)('%s have two keys', (_, a, b) => {
  expect(JSON.stringify([a])).toBe(JSON.stringify([b]));
  expect(keyOf(a)).not.toBe(keyOf(b));
  expect(keyOf({ deep: [a] })).not.toBe(keyOf({ deep: [b] }));
});

test.each([
  ['1 and the text 1', 1, '1'],
  ['null and the text null', null, 'null'],
  ['1n and 1', 1n, 1],
  ['one text and two', ['a,b'], ['a', 'b']],
  ['a name with quotes and two names', { 'a":1,"b': 2 }, { a: 1, b: 2 }],
])('%s have two keys', (_, a, b) => {
  expect(keyOf(a)).not.toBe(keyOf(b));
});

test('equal data has one key, which is its JSON', () => {
  const make = () => ({ kernel: [3, 3], pad: [0, 1.5, -2e-30, 1e21], name: 'ä"\n', flag: true, none: null, inner: {} });
  expect(keyOf(make())).toBe(keyOf(make()));
  expect(keyOf(make())).toBe(JSON.stringify(make()));
});

test('NaN and one function have one key each', () => {
  const f = () => 1;
  expect(keyOf([Number.NaN, f])).toBe(keyOf([0 / 0, f]));
});
