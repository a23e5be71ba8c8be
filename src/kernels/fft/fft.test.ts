import { describe, expect, test } from 'vitest';
import { maxRelative } from '../../../test/support/close.js';
import { testContext } from '../../../test/support/device.js';
import { checkOp, distinct } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { compile } from '../../graph/plan.js';
import { createTape } from '../../graph/tape.js';
import { irfft2Ref, rfft2Ref, separableRfft2 } from './fft.ref.js';
import { fastSize, halfOf, irfft2, radicesOf, rfft2 } from './index.js';

describe('fft', () => {
  for (const shape of [
    [2, 3, 8, 8],
    [1, 2, 5, 7],
    [2, 1, 13, 6],
    [1, 1, 11, 17],
    [1, 2, 1, 1],
    [1, 1, 1, 2],
    // Two stages of different radices.
    [1, 1, 18, 2],
    [1, 1, 1, 34],
  ]) {
    const [N, C, H, W] = shape;
    test(`rfft2 x=[${shape}]`, () => checkOp(rfft2, rfft2Ref, { inputs: { x: shape }, attrs: {} }));
    test(`irfft2 z=[${[N, C, H, halfOf(W), 2]}] W=${W}`, () =>
      checkOp(irfft2, irfft2Ref, { inputs: { z: [N, C, H, halfOf(W), 2] }, attrs: { W } }));
  }

  test('known values: a constant, a point and a wave', () => {
    const spectrum = (f: (h: number, w: number) => number) =>
      [
        ...rfft2Ref({ x: { shape: [1, 1, 2, 4], data: Float64Array.from({ length: 8 }, (_, i) => f(i >> 2, i % 4)) } })
          .data,
      ].map((v) => Math.round(v * 1e9) / 1e9 + 0);
    const root = Math.round(1e9 / Math.sqrt(8)) / 1e9;
    expect(spectrum(() => 1)).toEqual([Math.round(1e9 * Math.sqrt(8)) / 1e9, ...Array(11).fill(0)]);
    // A point at the origin has all frequencies alike.
    expect(spectrum((h, w) => (h === 0 && w === 0 ? 1 : 0))).toEqual(
      Array.from({ length: 12 }, (_, i) => (i % 2 ? 0 : root)),
    );
    // sin(2π w/4) is −i/2 at frequency 1.
    expect(spectrum((_, w) => Math.sin((Math.PI / 2) * w)).slice(0, 6)).toEqual(
      [0, 0, 0, -root * 4, 0, 0].map((v) => expect.closeTo(v, 8)),
    );
  });

  for (const [H, W] of [
    [64, 64],
    [224, 224],
    [227, 227],
    [60, 227],
  ]) {
    test(`${H}×${W} and back`, async () => {
      const x = distinct(H * W, 3);
      const tape = createTape();
      const leaf = tape.leaf('x', f32(H, W));
      const z = tape.apply(rfft2, { x: leaf }, {});
      const back = tape.apply(irfft2, { z }, { W });
      using plan = await compile(await testContext(), tape, { keep: [z, back] });
      plan.write(leaf, x);
      plan.run();
      const want = separableRfft2(Float64Array.from(x), H, W);
      // Errors of f32 sums of a few hundred numbers, against the largest number.
      expect(maxRelative(await plan.read(z), want)).toBeLessThan(2e-6);
      expect(maxRelative(await plan.read(back), x)).toBeLessThan(2e-6);
    });
  }

  test('the separable reference is the definition', () => {
    const x = Float64Array.from(distinct(5 * 8, 4));
    const want = rfft2Ref({ x: { shape: [1, 1, 5, 8], data: x } }).data;
    expect(maxRelative(separableRfft2(x, 5, 8), want)).toBeLessThan(1e-14);
  });

  test('sizes are taken apart into few radices', () => {
    expect([1, 7, 16, 64, 224, 227, 454, 512].map((size) => radicesOf(size).join('·'))).toEqual(
      '1 7 16 8·8 14·16 227 2·227 8·8·8'.split(' '),
    );
  });

  test('a size with a large prime factor has a fast size above it', () => {
    expect([1, 17, 64, 224, 227, 454].map(fastSize)).toEqual([1, 24, 64, 224, 240, 455]);
  });

  test('shapes that are no spectrum or no plane', () => {
    const tape = createTape();
    expect(() => tape.apply(rfft2, { x: tape.leaf('x', f32(4)) }, {})).toThrow('rfft2: x must be […,H,W], got [4]');
    expect(() => tape.apply(irfft2, { z: tape.leaf('z', f32(3, 4, 4, 2)) }, { W: 8 })).toThrow(
      'irfft2: z must be […,H,5,2] for W 8, got [3,4,4,2]',
    );
  });
});
