import { describe, expect, test } from 'vitest';
import { checkOp } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { createTape } from '../../graph/tape.js';
import { op } from './index.js';
import { ref } from './resample.ref.js';
import { padTables, resizeTable, take, tileTable } from './tables.js';

const x = [2, 3, 7, 5];
const check = (attrs: Parameters<typeof ref>[1]) => checkOp(op, ref, { inputs: { x }, attrs });

describe('resample', () => {
  test('indices in any order, some twice, some never', () => check({ tables: [take(2, [6, 0, 0, 3])] }));
  test('nothing changes', () => check({ tables: [take(1, [0, 1, 2])] }));
  test('padding with a number', () => check({ tables: padTables(x, [0, 0, 1, 2], [0, 1, 0, 3], 'constant', 0.5) }));
  test('padding by reflection', () => check({ tables: padTables(x, [0, 0, 3, 2], [0, 0, 2, 4], 'reflect', 0) }));
  test('padding by the edge, and cropping', () =>
    check({ tables: padTables(x, [0, 0, 3, -1], [0, 0, -2, 4], 'edge', 0) }));
  test('a table of several taps', () =>
    check({ tables: [{ axis: -1, at: [0, 1, 3, 4, 4, -1], weight: [0.3, 0.7, 0.5, 0.5, 1, 2], taps: 2, fill: 0.1 }] }));
  for (const mode of ['nearest', 'linear', 'cubic'] as const) {
    test(`resizing, ${mode}`, () =>
      check({ tables: [resizeTable(2, 7, 11, 11 / 7, { mode }), resizeTable(3, 5, 3, 3 / 5, { mode })] }));
  }

  test('an axis longer than any table is refused before one is made', () => {
    expect(() => tileTable(0, 3, 2 ** 30)).toThrow(
      'resample: an axis is made anew by at most 1048576 indices, 3221225472 are asked for',
    );
    expect(() => resizeTable(2, 4, 2 ** 20, 2 ** 18, { mode: 'linear' })).toThrow('2097152 are asked for');
  });

  test('an index outside is named', () => {
    const tape = createTape();
    expect(() => tape.apply(op, { x: tape.leaf('x', f32(2, 3)) }, { tables: [take(1, [3])] })).toThrow(
      'resample: index 3 is outside axis 1, which has 3',
    );
  });
});
