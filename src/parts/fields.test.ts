import { describe, expect, test } from 'vitest';
import { checkFields, type Fields } from './fields.js';

const FIELDS = {
  share: { type: 'number', min: 0, max: 1, default: 0.5, text: 'a share' },
  count: { type: 'number', whole: true, min: 1, text: 'a count' },
  rate: { type: 'number', above: 0, below: 10, default: 1, text: 'a rate' },
  kind: { type: 'choice', of: ['a', 'b'], default: 'a', text: 'a kind' },
  name: { type: 'text', optional: true, text: 'a name' },
  pair: { type: 'numbers', length: 2, optional: true, text: 'a pair' },
} as const satisfies Fields;

describe('checkFields', () => {
  test('fills in defaults, and leaves out what is optional', () => {
    expect(checkFields('p', FIELDS, { count: 3 })).toEqual({ share: 0.5, count: 3, rate: 1, kind: 'a' });
  });

  test.each([
    [{ count: 3, share: 0 }, { share: 0 }],
    [{ count: 3, share: 1 }, { share: 1 }],
    [{ count: 3, pair: [1, -2.5] }, { pair: [1, -2.5] }],
    [{ count: 3, name: '' }, { name: '' }],
  ])('takes %j', (given, want) => {
    expect(checkFields('p', FIELDS, given)).toMatchObject(want);
  });

  test.each<readonly [object, string]>([
    [{}, 'p.count: must be a whole number from 1, got nothing'],
    [{ count: 2.5 }, 'p.count: must be a whole number from 1, got 2.5'],
    [{ count: 0 }, 'p.count: must be a whole number from 1, got 0'],
    [{ count: '3' }, 'p.count: must be a whole number from 1, got "3"'],
    [{ count: 3, share: 1.1 }, 'p.share: must be a number from 0 to 1, got 1.1'],
    [{ count: 3, share: Number.NaN }, 'p.share: must be a number from 0 to 1, got NaN'],
    [{ count: 3, share: Number.POSITIVE_INFINITY }, 'p.share: must be a number from 0 to 1, got Infinity'],
    [{ count: 3, rate: 0 }, 'p.rate: must be a number above 0 and below 10, got 0'],
    [{ count: 3, rate: 10 }, 'p.rate: must be a number above 0 and below 10, got 10'],
    [{ count: 3, kind: 'c' }, 'p.kind: must be a or b, got "c"'],
    [{ count: 3, name: 4 }, 'p.name: must be a string, got 4'],
    [{ count: 3, pair: [1] }, 'p.pair: must be a list of 2 numbers, got [1]'],
    [{ count: 3, pair: [1, Number.NaN] }, 'p.pair: must be a list of 2 numbers, got [1,null]'],
    [{ count: 3, colour: 1 }, 'p.colour: is no field here; known: share, count, rate, kind, name, pair'],
  ])('refuses %j', (given, message) => {
    expect(() => checkFields('p', FIELDS, given)).toThrow(
      new RegExp(`^${message.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`),
    );
  });
});
