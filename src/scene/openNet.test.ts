import { describe, expect, test } from 'vitest';
import { expectClose } from '../../test/support/close.js';
import { testContext } from '../../test/support/device.js';
import { distinct } from '../../test/support/op.js';
import { type Model, PLAIN, type Preprocessing } from '../graph/model.js';
import { compile } from '../graph/plan.js';
import { createTape, eraseOp } from '../graph/tape.js';
import { op as scale } from '../kernels/scale/index.js';
import { meanImage } from './input.js';
import { openNet } from './openNet.js';
import { renormalize } from './renormalize.js';

const shape = [1, 3, 4, 5];
const NET: Model = {
  name: 'doubles',
  input: { name: 'data', shape },
  layers: [
    { name: 'out', type: 'scale', attrs: { factor: 2, shift: 1 }, inputs: ['data'], output: 'out', weights: {} },
  ],
  ops: { scale: eraseOp(scale) },
  weights: new Map(),
  preprocessing: PLAIN,
};

describe('openNet', () => {
  test('appends only what is asked for', () => {
    const { tape, at, image } = openNet(NET, { batch: 3 });
    expect(image.shape).toEqual([3, 3, 4, 5]);
    expect(tape.nodes).toEqual([]);
    at('out');
    expect(tape.nodes).toHaveLength(1);
    // A net that is only looked at carries no step and no seeds.
    expect(tape.leaves.map((leaf) => leaf.value.label)).toEqual(['data']);
  });

  test('two nets on one tape: the second sees what the first makes', async () => {
    const tape = createTape();
    const first = openNet(NET, { tape, batch: 2 });
    const second = openNet(NET, { tape, image: first.at('out') });
    const y = second.at('out');
    using plan = await compile(await testContext(), tape, { keep: [y] });
    const x = distinct(120, 1);
    plan.write(first.image, x);
    plan.run();
    expectClose(
      'twice',
      await plan.read(y),
      Float64Array.from(x, (v) => 4 * v + 3),
      y.shape,
      { atol: 1e-6, rtol: 1e-6 },
    );
  });
});

describe('renormalize', () => {
  const image = Float32Array.from({ length: 3 * 5 * 6 }, (_, i) => 100 + (i % 7));
  const nets: Readonly<Record<string, Preprocessing>> = {
    'bytes around a mean, BGR': { ...PLAIN, order: 'bgr', mean: [104, 117, 123] },
    'a mean image, BGR': { ...PLAIN, order: 'bgr', mean: { shape: [3, 5, 6], data: image } },
    'from 0 to 1, RGB, by deviation': { ...PLAIN, mean: [123.7, 116.3, 103.5], scale: [1 / 58.4, 1 / 57.1, 1 / 57.4] },
    'plain RGB': PLAIN,
  };
  const [N, C, H, W] = [2, 3, 4, 5];
  for (const [from, a] of Object.entries(nets)) {
    for (const [to, b] of Object.entries(nets)) {
      test(`${from} → ${to}`, async () => {
        const tape = createTape();
        const x = tape.leaf('x', { shape: [N, C, H, W], dtype: 'f32' });
        const y = renormalize(tape, x, a, b);
        // Nothing to do is nothing done.
        if (a === b) expect(y).toBe(x);
        const kept = y === x ? tape.leaf('unused', x) : y;
        const data = distinct(N * C * H * W, 4);
        const [meanA, meanB] = [meanImage(a, [C, H, W]), meanImage(b, [C, H, W])];
        const scaleOf = ({ scale }: Preprocessing, c: number) => (typeof scale === 'number' ? scale : scale[c]);
        const want = Float64Array.from(data, (_, i) => {
          const [n, c, p] = [Math.floor(i / (C * H * W)), Math.floor(i / (H * W)) % C, i % (H * W)];
          const own = a.order === b.order ? c : C - 1 - c;
          const pixel = data[(n * C + own) * H * W + p] / scaleOf(a, own) + meanA[own * H * W + p];
          return (pixel - meanB[c * H * W + p]) * scaleOf(b, c);
        });
        if (y === x) return expectClose('same', data, want, x.shape, { atol: 1e-4, rtol: 0 });
        using plan = await compile(await testContext(), tape, { keep: [kept] });
        plan.write(x, data);
        plan.run();
        // Sums of numbers up to 255 in single precision.
        expectClose('pixels', await plan.read(y), want, y.shape, { atol: 1e-4, rtol: 1e-5 });
      });
    }
  }

  test('a grey net says nothing of colours', () => {
    const tape = createTape();
    const x = tape.leaf('x', { shape: [1, 1, 4, 5], dtype: 'f32' });
    expect(() => renormalize(tape, x, { ...PLAIN, order: 'gray', mean: [0] }, PLAIN)).toThrow(
      /preprocessing: an image in gray does not say what one in rgb is/,
    );
  });
});
