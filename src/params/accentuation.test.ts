import { describe, expect, test } from 'vitest';
import { expectClose } from '../../test/support/close.js';
import { testContext } from '../../test/support/device.js';
import { distinct } from '../../test/support/op.js';
import { blankNet, checkDoubled, checkParams, checkStartFrom } from '../../test/support/params.js';
import { grad } from '../autodiff/grad.js';
import { f32 } from '../core/shape.js';
import { compile } from '../graph/plan.js';
import { createTape } from '../graph/tape.js';
import { irfft2Ref } from '../kernels/fft/fft.ref.js';
import { map, type RefTensor } from '../kernels/reference.js';
import { spaceOf } from '../scene/space.js';
import { createStage } from '../synthesize/stage.js';
import { accentuation } from './accentuation.js';
import { coloursRef, toNetRef } from './params.ref.js';

const rgb = (spectrum: RefTensor, H: number, W: number) =>
  coloursRef(
    map(irfft2Ref({ z: spectrum }, { W }), (v) => v / Math.sqrt(H * W)),
    { colour: 'maco', range: [0, 1] },
  );

describe('accentuation', () => {
  test.each([[[2, 3, 6, 5]], [[1, 1, 5, 8]]] as const)('image of [%s]', (shape) =>
    checkParams(accentuation.make({}), {
      shape,
      rgb: ({ spectrum }) => rgb(spectrum, shape[2], shape[3]),
      wrt: [],
    }),
  );

  test('its gradient is that of the image, times the weight of the frequency', async () => {
    const [H, W] = [5, 6];
    const model = blankNet([3, H, W]);
    const tape = createTape();
    const stage = createStage(tape, model, 2, undefined, {});
    const spectrum = tape.leaf('spectrum', f32(2, 3, H, 4, 2));
    const image = accentuation.make({}).image(stage, [spectrum], stage.mean);
    const seed = tape.leaf('seed', image);
    const [gradient] = grad(tape, image, [spectrum], { seed });
    using plan = await compile(await testContext(), tape, { keep: [gradient] });
    const data = distinct(240, 3);
    const cotangent = distinct(180, 4);
    plan.write(spectrum, data);
    plan.write(seed, cotangent);
    plan.run();
    const x = { shape: spectrum.shape, data: Float64Array.from(data) };
    const loss = () => toNetRef(rgb(x, H, W), spaceOf(model)).data.reduce((sum, v, i) => sum + v * cotangent[i], 0);
    const want = Float64Array.from(data, (v, i) => {
      const [row, column] = [Math.floor(i / 8) % H, Math.floor(i / 2) % 4];
      const f = Math.hypot((row < H / 2 ? row : row - H) / H, column / W);
      const weight = Math.sqrt(H * W) / Math.max(f, 1 / 6) ** 1.5;
      x.data[i] = v + 1e-5;
      const up = loss();
      x.data[i] = v - 1e-5;
      const down = loss();
      x.data[i] = v;
      return (weight * (up - down)) / 2e-5;
    });
    // f32 of gradients up to a few thousand.
    expectClose('gradient', await plan.read(gradient), want, spectrum.shape, { atol: 0.01, rtol: 1e-4 });
  });

  test.each([[[3, 5, 8]], [[1, 7, 4]]] as const)('starts from a picture [%s]', (shape) =>
    checkStartFrom(accentuation.make({}), shape, { atol: 0.01, rtol: 0 }),
  );

  test('without a picture it starts from the mean image', () => {
    const space = spaceOf(blankNet([3, 5, 8]));
    const [start] = accentuation.make({}).start(space, 1);
    expect(start).toEqual(accentuation.make({}).startFrom?.(space, new Float32Array(120))[0]);
  });

  test.each([[[3, 4, 5]]] as const)('shows the same at twice the size [%s]', (shape) =>
    checkDoubled(accentuation.make({}), shape),
  );
});
