import { describe, expect, test } from 'vitest';
import { testContext } from '../../../test/support/device.js';
import { checkOp } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { compile } from '../../graph/plan.js';
import { createTape } from '../../graph/tape.js';
import { op as affineSample } from '../affineSample/index.js';
import { type Attrs, op, still } from './index.js';
import { ref } from './motion.ref.js';

// Draws come from 0 to below 1.
const values = { draws: (v: number) => (v + 1) / 2 };
/** Nearly exact without a turn or a zoom; else a quotient of f32, or what WGSL allows a sine, 2^-11, times 10 pixels. */
const toleranceOf = ({ angle = 0, low = 1 }: Attrs) =>
  angle !== 0 ? { atol: 5e-3, rtol: 1e-3 } : low !== 1 ? { atol: 1e-5, rtol: 1e-5 } : { atol: 0, rtol: 1e-6 };

describe('motion', () => {
  for (const [name, attrs] of [
    ['nothing', {}],
    ['a shift by whole pixels', { shiftY: 16, shiftX: 3.7, whole: true }],
    ['a shift by any number of pixels', { shiftY: 0.5, shiftX: 20.5 }],
    ['a zoom', { low: 0.5, high: 1.25 }],
    ['a zoom, its logarithm even', { low: 0.5, high: 2, log: true }],
    ['a turn', { angle: 180 }],
    ['a flip', { flip: 0.5 }],
    ['all of them', { shiftY: 4, shiftX: 9, low: 0.9, high: 1.1, log: true, angle: 30, flip: 0.4 }],
  ] satisfies [string, Attrs][]) {
    test(name, () =>
      checkOp(op, ref, {
        inputs: { theta: [67, 6], draws: [67, 5] },
        attrs,
        wrt: [],
        values,
        tolerance: toleranceOf(attrs),
      }),
    );
  }

  /** An image of one bright pixel, moved as drawn: where it is afterwards. */
  async function moved(at: readonly [number, number], attrs: Attrs, draws: readonly number[]) {
    const tape = createTape();
    const x = tape.leaf('x', f32(1, 1, 9, 9));
    const drawn = tape.constant('draws', [1, 5], Float32Array.from(draws));
    const theta = tape.apply(op, { theta: still(tape, 1), draws: drawn }, attrs);
    const y = tape.apply(affineSample, { x, theta }, { border: 'zero' });
    using plan = await compile(await testContext(), tape, { keep: [y] });
    plan.write(
      x,
      Float32Array.from({ length: 81 }, (_, i) => (i === at[0] * 9 + at[1] ? 1 : 0)),
    );
    plan.run();
    const pixels = await plan.read(y);
    const place = pixels.indexOf(Math.max(...pixels));
    return [Math.floor(place / 9), place % 9];
  }

  test('a draw near 1 shifts down and right, turns counterclockwise, and enlarges', async () => {
    expect(await moved([4, 4], { shiftY: 2, shiftX: 3, whole: true }, [0.99, 0.99, 0, 0.5, 0])).toEqual([6, 7]);
    // Right of the centre goes to above it.
    expect(await moved([4, 7], { angle: 90 }, [0.5, 0.5, 0, 0.9999, 0])).toEqual([1, 4]);
    expect(await moved([4, 6], { low: 1, high: 2 }, [0.5, 0.5, 0.9999, 0.5, 0])).toEqual([4, 8]);
    expect(await moved([2, 7], { flip: 0.3 }, [0.5, 0.5, 0, 0.5, 0.2])).toEqual([2, 1]);
    expect(await moved([2, 7], { flip: 0.3 }, [0.5, 0.5, 0, 0.5, 0.4])).toEqual([2, 7]);
  });

  test('five draws for each image', () => {
    const tape = createTape();
    const inputs = { theta: still(tape, 2), draws: tape.leaf('draws', f32(2, 4)) };
    expect(() => tape.apply(op, inputs, {})).toThrow(/motion: draws must be \[2,5\].*got \[2,4\]/);
  });
});
