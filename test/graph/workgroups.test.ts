// From threads to workgroups where a device allows few per dimension: folded, taken in turns, or refused.
import { expect, test } from 'vitest';
import { LimitError } from '../../src/core/errors.js';
import { kernel, type LongGrid } from '../../src/gpu/kernel.js';
import { workgroups } from '../../src/graph/schedule.js';
import { dispatch } from '../../src/graph/tape.js';
import { kernels as nested } from '../../src/kernels/conv2d/index.js';

const kernels = nested.flat();
const grid = (
  longGrid: LongGrid | 'refuse',
  workgroup: readonly [number, number?, number?],
  threads: readonly [number, number, number],
) =>
  workgroups(
    dispatch(
      kernel({
        name: 'k',
        wgsl: '',
        buffers: {},
        uniforms: {},
        workgroup,
        ...(longGrid !== 'refuse' && { longGrid }),
      }),
      { buffers: {}, uniforms: {}, threads },
    ),
    100,
  );

test('a long launch of a kernel that folds continues along y', () => {
  expect(grid('fold', [64], [64 * 100, 1, 1])).toEqual([100, 1, 1]);
  const [x, y, z] = grid('fold', [64], [64 * 1001, 1, 1]);
  expect([x * y >= 1001, x <= 100, y <= 100, z]).toEqual([true, true, true, 1]);
});

test('a long launch of a kernel that declares nothing is refused', () => {
  expect(() => grid('refuse', [8, 8, 1], [8, 8, 101])).toThrow(LimitError);
  expect(() => grid('refuse', [64], [64 * 101, 1, 1])).toThrow(LimitError);
});

test('the last of several dimensions is taken in turns, another is refused', () => {
  expect(grid('turns', [8, 8, 1], [8, 8, 500])).toEqual([1, 1, 100]);
  expect(grid('turns', [64, 1], [64, 500, 1])).toEqual([1, 100, 1]);
  expect(() => grid('turns', [8, 8, 1], [8 * 101, 8, 1])).toThrow(LimitError);
});

test('convolutions whose y is a block of rows do not fold', () => {
  const byRows = kernels.filter(({ name }) => /^conv2d_(subgroup|tiles|half)/.test(name));
  expect(byRows.length).toBe(5);
  for (const { name, longGrid } of byRows) expect([name, longGrid]).toEqual([name, undefined]);
});
