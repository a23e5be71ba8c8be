import { afterAll, describe, expect, test } from 'vitest';
import { expectClose } from '../../test/support/close.js';
import { testContext } from '../../test/support/device.js';
import { createRng } from '../core/rng.js';
import type { Context } from '../gpu/context.js';
import { createReadback } from '../gpu/readback.js';
import type { Model } from '../graph/model.js';
import { importCaffe } from '../importers/index.js';
import { activations, classify } from '../scene/forward.js';
import { createFrameReader } from '../scene/frameReader.js';
import { preprocessPicture } from '../scene/input.js';
import { backProject } from './backProjection.js';
import { createLive, HISTORY, type LiveBuffer } from './live.js';

const MODEL: Model = importCaffe(
  `name: "small" input: "data" input_dim: 1 input_dim: 3 input_dim: 21 input_dim: 17
   layer { name: "conv1" type: "Convolution" bottom: "data" top: "conv1" convolution_param { num_output: 6 kernel_size: 5 weight_filler { type: "msra" } } }
   layer { name: "relu1" type: "ReLU" bottom: "conv1" top: "conv1" }
   layer { name: "pool1" type: "Pooling" bottom: "conv1" top: "pool1" pooling_param { pool: MAX kernel_size: 3 stride: 2 } }
   layer { name: "norm1" type: "LRN" bottom: "pool1" top: "norm1" lrn_param { local_size: 5 alpha: 0.1 beta: 0.75 } }
   layer { name: "conv2" type: "Convolution" bottom: "norm1" top: "conv2" convolution_param { num_output: 7 kernel_size: 3 pad: 1 weight_filler { type: "msra" } } }
   layer { name: "relu2" type: "ReLU" bottom: "conv2" top: "conv2" }
   layer { name: "fc3" type: "InnerProduct" bottom: "conv2" top: "fc3" inner_product_param { num_output: 5 weight_filler { type: "msra" } } }
   layer { name: "prob" type: "Softmax" bottom: "fc3" top: "prob" }`,
  undefined,
  { seededWeights: 0, preprocessing: { mean: [100, 110, 120], scale: 1 / 64, order: 'bgr', stated: true } },
);
const SIZE = 3 * 21 * 17;
const TOLERANCE = { atol: 1e-5, rtol: 1e-4 };

const input = (seed: number): Float32Array => {
  const rng = createRng(seed);
  return Float32Array.from({ length: SIZE }, () => rng.normal());
};

const made: GPUBuffer[] = [];
afterAll(() => {
  for (const buffer of made) buffer.destroy();
});

function upload(ctx: Context, data: Float32Array<ArrayBuffer>): GPUBuffer {
  const buffer = ctx.createBuffer('test image', data.byteLength);
  made.push(buffer);
  ctx.device.queue.writeBuffer(buffer, 0, data);
  return buffer;
}

async function read(ctx: Context, source: LiveBuffer | undefined): Promise<Float32Array> {
  if (!source) throw new Error('nothing to read');
  const size = source.shape.reduce((a, b) => a * b, 4);
  const readback = createReadback(ctx, 'test', size);
  try {
    return new Float32Array(await readback.read(source.buffer));
  } finally {
    readback.dispose();
  }
}

describe('a net at work', () => {
  test('every blob is there as it is in the end, and follows the input', async () => {
    const ctx = await testContext();
    using live = await createLive(ctx, MODEL);
    expect(live.layers.map((l) => l.name)).toEqual(['conv1', 'pool1', 'norm1', 'conv2', 'fc3', 'prob']);
    for (const seed of [1, 2]) {
      const image = new Float32Array(input(seed));
      live.step(upload(ctx, image));
      const want = await activations(ctx, MODEL, image, ['relu1', 'pool1', 'norm1', 'relu2', 'fc3', 'prob']);
      for (const [i, tensor] of [...want.values()].entries()) {
        const { name, shape } = live.layers[i];
        expectClose(name, await read(ctx, live.activation(name)), tensor.data, shape, TOLERANCE);
      }
      const [best] = await classify(ctx, MODEL, image, 2);
      expect((await live.guesses(2)).map((g) => g.index)).toEqual(best.map((g) => g.index));
    }
    expect(live.activation('data')).toBeUndefined();
    expect(live.gradient()).toBeUndefined();
  });

  for (const back of ['gradient', 'deconv', 'guided'] as const) {
    test(`back-projection by ${back} is backProject's, unit after unit without compiling`, async () => {
      const ctx = await testContext();
      using live = await createLive(ctx, MODEL);
      await live.setTarget({ layer: 'conv2', back });
      const image = new Float32Array(input(3));
      const buffer = upload(ctx, image);
      for (const channel of [4, 0]) {
        live.setUnit(channel);
        live.step(buffer);
        const { gradient } = await backProject(
          ctx,
          MODEL,
          image,
          { layer: 'conv2', channel },
          {
            mode: back,
            seedMode: 'activation',
          },
        );
        expectClose(`unit ${channel}`, await read(ctx, live.gradient()), gradient.data, gradient.shape, TOLERANCE);
      }
    });
  }

  test('differences: what the unit’s back-projection is at the layers on its way', async () => {
    const ctx = await testContext();
    using live = await createLive(ctx, MODEL);
    await live.setTarget({ layer: 'fc3', back: 'gradient', differences: true });
    live.setUnit(2);
    live.setSeed('ones');
    live.step(upload(ctx, new Float32Array(input(4))));
    // fc3 is linear in conv2: its gradient is the unit's row of weights.
    const row = MODEL.weights.get('fc3.w')?.data.subarray(2 * 7 * 8 * 6, 3 * 7 * 8 * 6) ?? [];
    const shape = live.layers.find((l) => l.name === 'conv2')?.shape ?? [];
    const difference = await read(ctx, live.difference('conv2'));
    expectClose('conv2', difference, Float64Array.from(row), shape, TOLERANCE);
    expect(live.difference('prob')).toBeUndefined();
    expect(live.difference('pool1')).toBeDefined();
  });

  test('one activation, and the history of the unit over more steps than it holds', async () => {
    const ctx = await testContext();
    using live = await createLive(ctx, MODEL);
    await live.setTarget({ layer: 'fc3', back: 'off' });
    live.setUnit(1);
    const [a, b] = [1, 2].map((seed) => upload(ctx, new Float32Array(input(seed))));
    live.step(a);
    const first = await live.value('fc3', 1);
    const early = await live.history();
    expect(early[HISTORY - 1]).toBeCloseTo(first ?? Number.NaN, 5);
    expect(early[HISTORY - 2]).toBeNaN();
    for (let i = 0; i < HISTORY; i++) live.step(i % 2 === 0 ? a : b);
    const late = await live.history();
    expect(late[HISTORY - 2]).toBeCloseTo(first ?? Number.NaN, 5);
    expect(late[HISTORY - 1]).toBeCloseTo((await live.value('fc3', 1)) ?? Number.NaN, 5);
    expect(late.some(Number.isNaN)).toBe(false);
    live.setUnit(0);
    expect((await live.history()).every(Number.isNaN)).toBe(true);
    expect(await live.value('fc3', 99)).toBeUndefined();
  });

  describe('of several inputs', () => {
    const SIAMESE: Model = importCaffe(
      `name: "pair" input: "left" input_dim: 1 input_dim: 3 input_dim: 9 input_dim: 7
       input: "right" input_dim: 1 input_dim: 3 input_dim: 9 input_dim: 7
       layer { name: "a" type: "Convolution" bottom: "left" top: "a" param { name: "w" } param { name: "b" } convolution_param { num_output: 4 kernel_size: 3 weight_filler { type: "msra" } } }
       layer { name: "b" type: "Convolution" bottom: "right" top: "b" param { name: "w" } param { name: "b" } convolution_param { num_output: 4 kernel_size: 3 weight_filler { type: "msra" } } }
       layer { name: "d" type: "Eltwise" bottom: "a" bottom: "b" top: "d" eltwise_param { operation: PROD } }
       layer { name: "e" type: "ReLU" bottom: "b" top: "e" }`,
      undefined,
      { seededWeights: 0, preprocessing: { order: 'rgb', mean: [0, 0, 0], scale: 1, stated: true } },
    );
    const shape = [1, 3, 9, 7];
    const numbers = (seed: number) => new Float32Array(input(seed).subarray(0, 3 * 9 * 7));

    test('each end is looked at, and another value of a side input acts at the next step', async () => {
      const ctx = await testContext();
      const left = numbers(1);
      const right = [numbers(2), numbers(3)].map((data) => ({ shape, data }));
      using live = await createLive(ctx, SIAMESE, {
        inputs: { right: right[0] },
        target: { layer: 'd', back: 'gradient', differences: true },
      });
      expect(live.layers.map((l) => [l.name, l.seesImage])).toEqual([
        ['a', true],
        ['b', false],
        ['d', true],
        ['e', false],
      ]);
      for (const side of right) {
        live.setInput('right', side.data);
        live.step(upload(ctx, left));
        const inputs = { right: side };
        for (const [name, want] of await activations(ctx, SIAMESE, left, ['a', 'b', 'd', 'e'], { inputs })) {
          expectClose(name, await read(ctx, live.activation(name)), want.data, want.shape, TOLERANCE);
        }
        const { gradient } = await backProject(
          ctx,
          SIAMESE,
          left,
          { layer: 'd', channel: 0 },
          { mode: 'gradient', seedMode: 'activation', inputs },
        );
        expectClose('gradient', await read(ctx, live.gradient()), gradient.data, gradient.shape, TOLERANCE);
      }
    });

    test('a branch that knows nothing of the image has no back-projection to it', async () => {
      const ctx = await testContext();
      const target = { layer: 'e', back: 'gradient', differences: true } as const;
      using live = await createLive(ctx, SIAMESE, { inputs: { right: { shape, data: numbers(2) } }, target });
      live.step(upload(ctx, numbers(1)));
      expect(live.gradient()).toBeUndefined();
      expect(live.difference('b')?.shape).toEqual([1, 4, 7, 5]);
    });

    test('an input that is missing, unknown, or of another size is named', async () => {
      const ctx = await testContext();
      await expect(createLive(ctx, SIAMESE)).rejects.toThrow("the net needs 'right' [1,3,9,7], which was not given");
      const right = { shape, data: numbers(2) };
      await expect(createLive(ctx, SIAMESE, { inputs: { right, wrong: right } })).rejects.toThrow("'wrong'");
      using live = await createLive(ctx, SIAMESE, { inputs: { right } });
      expect(() => live.setInput('right', new Float32Array(5))).toThrow("'right' [1,3,9,7] has 189 numbers, got 5");
    });
  });

  test('a new target has no numbers before its first step', async () => {
    const ctx = await testContext();
    using live = await createLive(ctx, MODEL);
    const buffer = upload(ctx, new Float32Array(input(6)));
    const numbers = async () => [await live.guesses(), await live.read('prob'), await live.value('prob', 0)];
    expect(await numbers()).toEqual([[], undefined, undefined]);
    live.step(buffer);
    const before = await numbers();
    await live.setTarget({ layer: 'fc3', back: 'off' });
    expect(await numbers()).toEqual([[], undefined, undefined]);
    live.step(buffer);
    expect(await numbers()).toEqual(before);
    expect(before[0]).not.toEqual([]);
  });

  test('the last target wins, and steps go on meanwhile', async () => {
    const ctx = await testContext();
    using live = await createLive(ctx, MODEL);
    const buffer = upload(ctx, new Float32Array(input(5)));
    const changes = (['conv1', 'conv2', 'fc3'] as const).map((layer) => live.setTarget({ layer, back: 'gradient' }));
    live.step(buffer);
    await Promise.all(changes);
    expect(live.target?.layer).toBe('fc3');
    live.step(buffer);
    expect(live.gradient()).toBeDefined();
    await expect(live.setTarget({ layer: 'conv9', back: 'off' })).rejects.toThrow(/'conv9' is no layer/);
    expect(() => live.setUnit(5)).toThrow(/'fc3' has channels 0 to 4, got 5/);
  });
});

describe('frames', () => {
  const [width, height] = [33, 26];
  const picture = () => {
    const rng = createRng(8);
    const data = Uint8Array.from({ length: width * height * 4 }, () => Math.floor(rng.uniform() * 256));
    return { width, height, data };
  };

  for (const fit of ['crop', 'stretch'] as const) {
    test(`read as pictures are, ${fit}`, async () => {
      const ctx = await testContext();
      const model = { ...MODEL, preprocessing: { ...MODEL.preprocessing, fit } };
      using reader = await createFrameReader(ctx, model, { width, height });
      const frame = picture();
      reader.readPixels(frame.data);
      const shape = MODEL.input.shape;
      const want = await preprocessPicture(ctx, model, frame);
      expectClose('frame', await read(ctx, { buffer: reader.buffer, shape }), want, shape, TOLERANCE);
    });
  }

  test('stretched to the full range, and mirrored', async () => {
    const ctx = await testContext();
    const frame = picture();
    const dim = { ...frame, data: frame.data.map((v) => 60 + v / 4) };
    using reader = await createFrameReader(ctx, MODEL, { width, height, mirror: true, stretchContrast: true });
    reader.readPixels(dim.data);
    const shape = MODEL.input.shape;
    const got = await read(ctx, { buffer: reader.buffer, shape });
    const plain = { ...MODEL, preprocessing: { ...MODEL.preprocessing, mean: [0], scale: 1 } };
    const raw = await preprocessPicture(ctx, plain, dim);
    const [low, high] = [Math.min(...raw), Math.max(...raw)];
    const want = raw.map((_, i) => {
      const x = i % 17;
      const v = raw[i - x + (16 - x)];
      return (((v - low) * 255) / (high - low) - [100, 110, 120][Math.floor(i / (21 * 17))]) / 64;
    });
    expectClose('stretched', got, want, shape, { atol: 1e-4, rtol: 1e-4 });
    reader.setMirror(false);
    reader.readPixels(dim.data);
    const turned = await read(ctx, { buffer: reader.buffer, shape });
    expect(turned[0]).toBeCloseTo(got[16], 4);
  });

  test('sizes and bytes that do not fit are named', async () => {
    const ctx = await testContext();
    await expect(createFrameReader(ctx, MODEL, { width: 0, height: 5 })).rejects.toThrow(/frame size.*got 0x5/);
    using reader = await createFrameReader(ctx, MODEL, { width, height });
    expect(() => reader.readPixels(new Uint8Array(5))).toThrow(/33x26 RGBA needs 3432 bytes, got 5/);
  });
});
