// Back-projections of a unit's best images against backProject, one image at a time; crops and how they are displayed.
import { describe, expect, test } from 'vitest';
import { expectClose } from '../../test/support/close.js';
import { testContext } from '../../test/support/device.js';
import { createRng } from '../core/rng.js';
import { importCaffe } from '../importers/index.js';
import { cropMaps, cropOf, cropRegion, projectionPicture } from '../scene/crop.js';
import { receptiveField } from '../scene/receptiveField.js';
import { backProject } from './backProjection.js';
import { findTopImages, topOf } from './topImages.js';
import { createProjector } from './topProjection.js';

const FILLER = 'weight_filler { type: "gaussian" std: 0.3 }';
const NET = `name: "small" input: "data" input_dim: 1 input_dim: 3 input_dim: 21 input_dim: 25
  layer { name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
    convolution_param { num_output: 5 kernel_size: 3 pad: 1 ${FILLER} } }
  layer { name: "relu1" type: "ReLU" bottom: "conv1" top: "conv1" }
  layer { name: "norm1" type: "LRN" bottom: "conv1" top: "norm1" lrn_param { local_size: 3 alpha: 2 } }
  layer { name: "pool1" type: "Pooling" bottom: "norm1" top: "pool1" pooling_param { pool: MAX kernel_size: 3 stride: 2 } }
  layer { name: "conv2" type: "Convolution" bottom: "pool1" top: "conv2"
    convolution_param { num_output: 6 kernel_size: 3 stride: 2 pad: 1 ${FILLER} } }
  layer { name: "relu2" type: "ReLU" bottom: "conv2" top: "conv2" }
  layer { name: "fc" type: "InnerProduct" bottom: "conv2" top: "fc" inner_product_param { num_output: 7 ${FILLER} } }`;

const model = importCaffe(NET, undefined, {
  seededWeights: 5,
  preprocessing: { mean: [10, 20, 30], scale: 0.5, order: 'bgr', stated: true },
});
const [, C, H, W] = model.input.shape;
const rng = createRng(1);
const images = Array.from({ length: 7 }, (_, id) => ({
  id,
  input: Float32Array.from({ length: C * H * W }, () => rng.uniform() * 2 - 1),
}));
const inputOf = (id: string | number): Float32Array => images[Number(id)].input;

describe('projections of top images', () => {
  for (const [layer, channels, alone, batch] of [
    ['conv1', 5, 'relu1', 5],
    ['pool1', 5, 'pool1', 2],
    ['conv2', 6, 'relu2', 5],
    ['fc', 7, 'fc', 9],
  ] as const) {
    for (const mode of ['gradient', 'deconv', 'guided'] as const) {
      test(`${mode} of ${layer} is that of single images`, async () => {
        const ctx = await testContext();
        const found = await findTopImages(ctx, model, images, { k: 5, layers: [layer], batch: 3 });
        const all = Array.from({ length: channels }, (_, c) => topOf(found, layer, c));
        // The most active channel: a ReLU that is shut lets nothing back.
        const channel = all.reduce((best, top, c) => (top[0].value > all[best][0].value ? c : best), 0);
        const top = all[channel];
        using projector = await createProjector(ctx, model, layer, { mode, batch });
        const projected = await projector.projectTop(
          channel,
          top,
          top.map(({ image }) => inputOf(image)),
        );
        expect(projected.length).toBe(5);
        for (const [i, { image, at, value, activation, agrees, region, gradient }] of projected.entries()) {
          expect({ image, at, value }).toEqual(top[i]);
          expect([agrees, activation]).toEqual([true, expect.closeTo(value, 4)]);
          const want = await backProject(ctx, model, inputOf(image), { layer: alone, channel, at }, { mode });
          const crop = cropMaps(want.gradient, region);
          expectClose('gradient', gradient.data, crop.data, crop.shape, { atol: 1e-6, rtol: 1e-5 });
          // Nothing is outside the crop.
          const sum = (data: Float32Array) => data.reduce((a, v) => a + Math.abs(v), 0);
          expect(sum(gradient.data)).toBeCloseTo(sum(want.gradient.data), 4);
        }
        expect(projected.some(({ gradient }) => gradient.data.some((v) => v !== 0))).toBe(true);
      });
    }
  }

  test('another image than in the search is told', async () => {
    const ctx = await testContext();
    const top = topOf(await findTopImages(ctx, model, images, { k: 2 }), 'conv2', 0);
    using projector = await createProjector(ctx, model, 'conv2');
    const [one, other] = top.map(({ image }) => inputOf(image));
    const right = await projector.projectTop(0, top, [one, other]);
    expect(right.map((p) => p.agrees)).toEqual([true, true]);
    const wrong = await projector.projectTop(0, top, [one, images[(Number(top[1].image) + 1) % 7].input]);
    expect(wrong.map((p) => p.agrees)).toEqual([true, false]);
    await expect(projector.projectTop(0, top, [one])).rejects.toThrow('inputs: needs 2 of 1575 numbers each');
    await expect(projector.projectTop(9, top, [one, other])).rejects.toThrow('unit: conv2:9:');
  });
});

describe('crops', () => {
  const region = { top: -1, left: 23, bottom: 2, right: 27 };

  test('of numbers and of a picture, the mean colour outside', () => {
    const input = Float32Array.from({ length: C * H * W }, (_, i) => {
      const [c, y, x] = [Math.floor(i / (H * W)), Math.floor(i / W) % H, i % W];
      return (c * 40 + y * 2 + x - [10, 20, 30][c]) * 0.5;
    });
    const picture = { width: W, height: H, data: new Uint8Array(W * H * 4).fill(255) };
    for (let y = 0; y < H; y++) {
      for (let x = 0; x < W; x++)
        for (let rgb = 0; rgb < 3; rgb++) picture.data[(y * W + x) * 4 + rgb] = (2 - rgb) * 40 + y * 2 + x;
    }
    const crop = cropOf(model, input, region);
    expect([crop.width, crop.height]).toEqual([4, 3]);
    const pixel = (i: number) => [...crop.data.subarray(i * 4, i * 4 + 4)];
    // Above the image, and right of it.
    expect([pixel(0), pixel(6), pixel(11)]).toEqual([
      [30, 20, 10, 255],
      [30, 20, 10, 255],
      [30, 20, 10, 255],
    ]);
    expect([pixel(4), pixel(9)]).toEqual([
      [103, 63, 23, 255],
      [106, 66, 26, 255],
    ]);
    expect(cropOf(model, picture, region)).toEqual(crop);
    // Half of what is not there shows the white behind it.
    const glass = { ...picture, data: picture.data.map((v, i) => (i % 4 === 3 ? 51 : v)) };
    const [red] = cropOf(model, glass, region).data.subarray(4 * 4);
    expect(red).toBe(Math.round(255 + (103 - 255) * 0.2));
    expect(() => cropOf(model, { ...picture, width: 3 }, region)).toThrow("must have the net's 25x21 pixels");
    expect(() => cropOf(model, new Float32Array(3), region)).toThrow('image: needs 1575 numbers');
  });

  test('of maps, zero outside', () => {
    const data = Float32Array.from({ length: 6 }, (_, i) => i + 1);
    const maps = { shape: [1, 1, 2, 3], data };
    expect(cropMaps(maps, { top: -1, left: 1, bottom: 2, right: 4 })).toEqual({
      shape: [1, 3, 3],
      data: Float32Array.of(0, 0, 0, 2, 3, 0, 5, 6, 0),
    });
    expect(cropMaps(maps, { top: 5, left: 7, bottom: 6, right: 8 }).data).toEqual(Float32Array.of(0));
  });

  test('a field larger than the image is the image', () => {
    expect(cropRegion(model, { top: -9, left: -2, bottom: 15, right: 5 })).toEqual({
      top: 0,
      left: -2,
      bottom: 21,
      right: 5,
    });
    const field = receptiveField(model, 'conv2', 0, 0);
    expect(cropRegion(model, field)).toEqual({ top: -3, left: -3, bottom: 6, right: 6 });
  });

  test('signed: zero is mid-grey, the greatest number at the end of the range, channels in their order', () => {
    const { data } = projectionPicture(model, { shape: [3, 1, 2], data: Float32Array.of(0, -4, 1, 0, 2, 0) });
    expect([...data]).toEqual([191, 159, 128, 255, 128, 128, 0, 255]);
    expect([...projectionPicture(model, { shape: [3, 1, 1], data: new Float32Array(3) }).data]).toEqual([
      128, 128, 128, 255,
    ]);
  });

  test('norm: the length over channels from black to white', () => {
    const maps = { shape: [3, 1, 3], data: Float32Array.of(3, 0, 1, -4, 0, 2, 0, 0, 2) };
    const { data } = projectionPicture(model, maps, 'norm');
    expect([data[0], data[4], data[8]]).toEqual([255, 0, 153]);
  });
});
