import { describe, expect, test } from 'vitest';
import { expectClose } from '../../../test/support/close.js';
import { testContext } from '../../../test/support/device.js';
import { distinct } from '../../../test/support/op.js';
import { f32, u32 } from '../../core/shape.js';
import { compile } from '../../graph/plan.js';
import { createTape } from '../../graph/tape.js';
import { boxOf, windowOf } from './cropMotion.ref.js';
import { type Attrs, op, windowMotion } from './index.js';

const N = 67;
const attrs: Attrs = {
  from: [11, 20],
  size: [7, 5],
  uniform: false,
  side: 0.5,
  lastSide: 0.05,
  over: 256,
  spread: 0.3,
  least: 0.05,
  most: 1,
  wander: 0.15,
};

describe('crop_motion', () => {
  for (const [name, changed, step] of [
    ['normal sides, at first', {}, 0],
    ['normal sides, half way', {}, 128],
    ['normal sides, later', {}, 1000],
    ['uniform sides, always of one mean', { uniform: true, side: 0.225, lastSide: 0.225, spread: 0.025, over: 0 }, 3],
  ] satisfies [string, Partial<Attrs>, number][]) {
    test(`the corners of y show the corners of the box: ${name}`, async () => {
      const own = { ...attrs, ...changed };
      const tape = createTape();
      const values = {
        theta: tape.leaf('theta', f32(N, 6)),
        side: tape.leaf('side', f32(N)),
        centre: tape.leaf('centre', f32(N, 2)),
        step: tape.leaf('step', u32(1)),
      };
      const y = tape.apply(op, values, own);
      using plan = await compile(await testContext(), tape, { keep: [y] });
      const data = {
        theta: distinct(6 * N, 1),
        side: distinct(N, 2).map((v) => (own.uniform ? (v + 1) / 2 : 2 * v)),
        centre: distinct(2 * N, 3).map((v) => 2 * v),
      };
      plan.write(values.theta, data.theta);
      plan.write(values.side, data.side);
      plan.write(values.centre, data.centre);
      plan.write(values.step, Uint32Array.of(step));
      plan.run();
      const made = await plan.read(y);
      const [[H, W], [P, Q]] = [own.from, own.size];
      const drawn = {
        side: { shape: [N], data: Float64Array.from(data.side) },
        centre: { shape: [N, 2], data: Float64Array.from(data.centre) },
      };
      const through = (map: Float32Array, y: number, x: number) =>
        [0, 3].map((row) => map[row] * y + map[row + 1] * x + map[row + 2]);
      for (let n = 0; n < N; n++) {
        const [top, left, bottom, right] = boxOf(drawn, step, n, own);
        const before = data.theta.subarray(6 * n, 6 * n + 6);
        // Outer edges of the outermost pixels, from the centre.
        for (const [row, column, edgeY, edgeX] of [
          [top, left, -P / 2, -Q / 2],
          [bottom, right, P / 2, Q / 2],
          [bottom, left, P / 2, -Q / 2],
        ]) {
          const want = through(before, (row - 0.5) * H, (column - 0.5) * W);
          const got = through(made.subarray(6 * n, 6 * n + 6), edgeY, edgeX);
          expectClose(`image ${n}`, got, want, [2], { atol: 1e-5, rtol: 1e-5 });
        }
      }
    });
  }

  test('sides for each image', () => {
    const tape = createTape();
    const values = {
      theta: tape.leaf('theta', f32(2, 6)),
      side: tape.leaf('side', f32(3)),
      centre: tape.leaf('centre', f32(2, 2)),
      step: tape.leaf('step', u32(1)),
    };
    expect(() => tape.apply(op, values, attrs)).toThrow(/crop_motion: side must be \[2\].*got \[3\]/);
  });
});

describe('window_motion', () => {
  for (const [from, size] of [
    [
      [11, 20],
      [7, 5],
    ],
    [
      [9, 8],
      [9, 3],
    ],
  ] as const) {
    test(`windows of ${size} in ${from} begin at whole pixels within it`, async () => {
      const own = { from, size, spread: 0.3 };
      const tape = createTape();
      const values = { theta: tape.leaf('theta', f32(N, 6)), place: tape.leaf('place', f32(N, 2)) };
      const y = tape.apply(windowMotion, values, own);
      using plan = await compile(await testContext(), tape, { keep: [y] });
      const place = distinct(2 * N, 3).map((v) => 3 * v);
      plan.write(values.place, place);
      plan.write(
        values.theta,
        Float32Array.from({ length: 6 * N }, (_, i) => [1, 0, 0, 0, 1, 0][i % 6]),
      );
      plan.run();
      const made = await plan.read(y);
      const seen = new Set<string>();
      for (let n = 0; n < N; n++) {
        const first = windowOf({ shape: [N, 2], data: Float64Array.from(place) }, n, own);
        // The centre of the window, from that of the image.
        const [dy, dx] = first.map((o, axis) => o + (size[axis] - 1) / 2 - (from[axis] - 1) / 2);
        expect([...made.subarray(6 * n, 6 * n + 6)]).toEqual([1, 0, dy, 0, 1, dx]);
        seen.add(first.join());
      }
      expect(seen.size).toBeGreaterThan(3);
    });
  }

  test('a window larger than the image', () => {
    const tape = createTape();
    const values = { theta: tape.leaf('theta', f32(2, 6)), place: tape.leaf('place', f32(2, 2)) };
    expect(() => tape.apply(windowMotion, values, { from: [9, 8], size: [9, 10], spread: 0 })).toThrow(
      'window_motion: a window of 9×10 does not fit into 9×8 pixels',
    );
  });
});
