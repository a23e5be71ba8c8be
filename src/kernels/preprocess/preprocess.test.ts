import { describe, expect, test } from 'vitest';
import { expectClose } from '../../../test/support/close.js';
import { testContext } from '../../../test/support/device.js';
import { createRng } from '../../core/rng.js';
import { compile } from '../../graph/plan.js';
import { createTape } from '../../graph/tape.js';
import { type Attrs, type Crop, fitCrop, op } from './index.js';
import { ref } from './preprocess.ref.js';

/** Pixels of 8 bits through a weighted sum in f32, in units of 1/255. */
const TOLERANCE = { atol: 1e-3, rtol: 1e-5 };

async function check(
  source: [number, number],
  size: [number, number, number],
  order: Attrs['order'],
  crop: Crop,
  more: Pick<Attrs, 'width' | 'mirror' | 'background' | 'alpha'> = {},
) {
  const ctx = await testContext();
  const rng = createRng(4);
  const [h0, w0] = source;
  const [C, H, W] = size;
  const bytes = Uint8Array.from({ length: h0 * w0 * 4 }, () => Math.floor(rng.uniform() * 256));
  const mean = Float32Array.from({ length: C * H * W }, () => rng.uniform() * 100);
  const scale = Float32Array.from({ length: C }, (_, c) => 0.5 + c);
  const tape = createTape();
  const pixels = tape.leaf('pixels', { shape: source, dtype: 'u32' });
  const inputs = { pixels, mean: tape.constant('mean', size, mean), scale: tape.constant('scale', [C], scale) };
  const x = tape.apply(op, inputs, { order, crop, ...more });
  using plan = await compile(ctx, tape, { keep: [x] });
  plan.write(pixels, new Uint32Array(bytes.buffer));
  plan.run();
  // The reference has no padding: a row is the picture's width.
  const width = more.width ?? w0;
  const rgba = Float64Array.from({ length: h0 * width * 4 }, (_, i) => {
    const pixel = Math.floor(i / 4);
    return bytes[(Math.floor(pixel / width) * w0 + (pixel % width)) * 4 + (i % 4)];
  });
  const want = ref(
    {
      rgba: { shape: [h0, width, 4], data: rgba },
      mean: { shape: size, data: Float64Array.from(mean) },
      scale: { shape: [C], data: Float64Array.from(scale) },
    },
    { order, crop, ...more },
  );
  expectClose('preprocess', await plan.read(x), want.data, want.shape, TOLERANCE);
}

const whole = (height: number, width: number): Crop => ({ top: 0, left: 0, height, width });

describe('preprocess', () => {
  test('same size: every pixel as it is, BGR', () => check([9, 7], [3, 9, 7], 'bgr', whole(9, 7)));
  test('same size, RGB', () => check([5, 11], [3, 5, 11], 'rgb', whole(5, 11)));
  test('gray', () => check([5, 6], [1, 5, 6], 'gray', whole(5, 6)));
  test('enlarged unevenly', () => check([5, 7], [3, 11, 9], 'rgb', whole(5, 7)));
  test('reduced', () => check([37, 29], [3, 8, 9], 'bgr', whole(37, 29)));
  test('a crop with a fraction of a pixel', () =>
    check([20, 31], [3, 7, 7], 'bgr', { top: 0.5, left: 5.5, height: 19, width: 19 }));

  test('on another background than white', () =>
    check([5, 6], [3, 5, 6], 'bgr', whole(5, 6), { background: [10, 200, 30] }));
  test('alpha as a channel, colours as they are', () => check([5, 7], [4, 3, 4], 'bgr', whole(5, 7), { alpha: true }));
  test('opaque pixels are exact, whatever the background', async () => {
    const ctx = await testContext();
    const tape = createTape();
    const pixels = tape.leaf('pixels', { shape: [16, 16], dtype: 'u32' });
    const mean = tape.constant('mean', [3, 16, 16], new Float32Array(768));
    const scale = tape.constant('scale', [3], Float32Array.of(1, 1, 1));
    const attrs = { order: 'rgb', crop: whole(16, 16), background: [0.1, 99.7, 255] } as const;
    const x = tape.apply(op, { pixels, mean, scale }, attrs);
    using plan = await compile(ctx, tape, { keep: [x] });
    plan.write(
      pixels,
      Uint32Array.from({ length: 256 }, (_, i) => (0xff000000 | (i * 0x010101)) >>> 0),
    );
    plan.run();
    expect(await plan.read(x)).toEqual(Float32Array.from({ length: 768 }, (_, i) => i % 256));
  });
  test('other channels than a picture has are named', () => {
    const tape = createTape();
    const pixels = tape.leaf('pixels', { shape: [4, 4], dtype: 'u32' });
    const inputs = (C: number) => ({
      pixels,
      mean: tape.leaf('mean', { shape: [C, 2, 2], dtype: 'f32' }),
      scale: tape.leaf('scale', { shape: [C], dtype: 'f32' }),
    });
    const crop = whole(4, 4);
    expect(() => tape.apply(op, inputs(4), { order: 'rgb', crop })).toThrow(
      'mean must be [3,H,W] for rgb, got [4,2,2]',
    );
    expect(() => tape.apply(op, inputs(6), { order: 'bgr', crop, alpha: true })).toThrow('[4,H,W] for bgr with alpha');
  });

  test('mirrored', () => check([9, 8], [3, 5, 4], 'bgr', whole(9, 8), { mirror: 1 }));
  test('rows with padding', () => check([9, 16], [3, 6, 7], 'rgb', whole(9, 11), { width: 11, mirror: 1 }));

  test('fitCrop takes the largest centred part of the net’s aspect', () => {
    expect(fitCrop(100, 200, 'crop')).toEqual({ top: 0, left: 50, height: 100, width: 100 });
    expect(fitCrop(100, 200, 'crop', 4)).toEqual({ top: 25, left: 0, height: 50, width: 200 });
    expect(fitCrop(100, 200, 'stretch')).toEqual({ top: 0, left: 0, height: 100, width: 200 });
  });

  test('a crop outside the picture is named', () => {
    const tape = createTape();
    const inputs = {
      pixels: tape.leaf('pixels', { shape: [4, 4], dtype: 'u32' }),
      mean: tape.leaf('mean', { shape: [3, 2, 2], dtype: 'f32' }),
      scale: tape.leaf('scale', { shape: [3], dtype: 'f32' }),
    } as const;
    const crop = { top: 0, left: 2, height: 4, width: 4 };
    expect(() => tape.apply(op, inputs, { order: 'rgb', crop })).toThrow(/the crop .* is not inside \[4,4\]/);
  });
});
