import { describe, expect, test } from 'vitest';
import { paramsOf, parseText } from './prototxt.js';

const params = (text: string) => paramsOf(parseText(text), 'prototxt');

describe('prototxt', () => {
  test('messages, repeated scalars, enums, flags, comments and both quotes', () => {
    const p = params(`
      name: "a" 'b'  # adjacent strings are one
      pad: 1 pad: 2
      big: 1e-4f
      inner_param { pool: MAX; flag: true on < x: -3 > }
      inner_param: { late: 7 }
      list: [1, 2, 3]`);
    expect(p.text('name', '')).toBe('ab');
    expect(p.numbers('pad')).toEqual([1, 2]);
    expect(p.number('big', 0)).toBe(1e-4);
    expect(p.message('inner_param').text('pool', '')).toBe('MAX');
    expect(p.message('inner_param').flag('flag', false)).toBe(true);
    expect(p.message('inner_param').message('on').number('x', 0)).toBe(-3);
    expect(p.message('inner_param').number('late', 0)).toBe(7);
    expect(p.numbers('list')).toEqual([1, 2, 3]);
    expect(p.number('absent', 5)).toBe(5);
  });

  for (const [text, message] of [
    ['layer {', "prototxt: at the end: '}' is missing for the message that began at 1:7"],
    ['a: 1\n  : 2', "prototxt: 2:3: expected a field name, found ':'"],
    ['a: "open', 'prototxt: 1:4: a string is not closed'],
    ['a: }', "prototxt: 1:4: 'a' has no value, found '}'"],
    ['{'.repeat(3), "prototxt: 1:1: expected a field name, found '{'"],
    ['a {'.repeat(80), 'prototxt: 1:195: messages are nested deeper than 64'],
  ]) {
    test(`rejects ${JSON.stringify(text.slice(0, 12))}`, () => expect(() => parseText(text)).toThrow(message));
  }

  test('a value of the wrong kind is named with its place', () => {
    expect(() => params('\n num: many').number('num', 0)).toThrow("2:2: 'num' must be a number, found 'many'");
    expect(() => params('flag: maybe').flag('flag', true)).toThrow("'flag' must be true or false");
  });
});
