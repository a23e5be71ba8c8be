// The search for the images that units like best, against a brute force in float64. Weights and pixels are small whole
// numbers, so that both are exact, equal values are frequent, and every difference is a mistake.
import { describe, expect, test } from 'vitest';
import { testContext } from '../../test/support/device.js';
import { interpret } from '../../test/support/interpret.js';
import { createRng } from '../core/rng.js';
import { sizeOf } from '../core/shape.js';
import type { Model, WeightData } from '../graph/model.js';
import { importCaffe } from '../importers/index.js';
import type { SetImage } from '../scene/images.js';
import { createPreprocessor, preprocessPicture } from '../scene/input.js';
import { quietUnits } from './quietUnits.js';
import { findTopImages, parseTopImages, type TopImages, topOf } from './topImages.js';

const FILLER = 'weight_filler { type: "gaussian" std: 1 } bias_filler { type: "gaussian" std: 1 }';
const NET = `name: "small" input: "data" input_dim: 1 input_dim: 2 input_dim: 9 input_dim: 11
  layer { name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
    convolution_param { num_output: 5 kernel_size: 3 pad: 1 ${FILLER} } }
  layer { name: "relu1" type: "ReLU" bottom: "conv1" top: "conv1" }
  layer { name: "pool1" type: "Pooling" bottom: "conv1" top: "pool1" pooling_param { pool: MAX kernel_size: 3 stride: 2 } }
  layer { name: "conv2" type: "Convolution" bottom: "pool1" top: "conv2"
    convolution_param { num_output: 6 kernel_h: 2 kernel_w: 3 stride: 2 ${FILLER} } }
  layer { name: "fc" type: "InnerProduct" bottom: "conv2" top: "fc" inner_product_param { num_output: 7 ${FILLER} } }
  layer { name: "relu2" type: "ReLU" bottom: "fc" top: "fc" }`;

/** The net with whole numbers from −2 to 2 as weights. */
function wholeModel(seed: number): Model {
  const model = importCaffe(NET, undefined, {
    seededWeights: seed,
    preprocessing: { mean: [3, 5], scale: 1, stated: true },
  });
  const round = ({ shape, data }: WeightData): WeightData => ({
    shape,
    dtype: 'f32',
    data: Float32Array.from(data, (v) => Math.max(-2, Math.min(2, Math.round(v)))),
  });
  return { ...model, weights: new Map([...model.weights].map(([key, w]) => [key, round(w)])) };
}

function wholeImages(seed: number, count: number): { id: string; input: Float32Array }[] {
  const rng = createRng(seed);
  return Array.from({ length: count }, (_, i) => ({
    id: `image ${i}`,
    input: Float32Array.from({ length: 2 * 9 * 11 }, () => Math.floor(rng.uniform() * 5) - 2),
  }));
}

/** Everything sorted: by value, equal ones in the order of the set. */
function bruteForce(model: Model, images: readonly { id: string; input: Float32Array }[], layer: string, k: number) {
  const maps = images.map(({ id, input }) => {
    const data = Float64Array.from(input);
    const blob = interpret(model, { shape: [1, 2, 9, 11], data }).get(layer);
    if (!blob) throw new Error(`no ${layer}`);
    return { id, blob };
  });
  const [, C, H = 1, W = 1] = maps[0].blob.shape;
  return Array.from({ length: C }, (_, c) =>
    maps
      .map(({ id, blob }) => {
        const map = Array.from(blob.data.subarray(c * H * W, (c + 1) * H * W));
        const value = map.reduce((a, b) => Math.max(a, b));
        const place = map.indexOf(value);
        return { image: id, value: value + 0, at: [Math.floor(place / W), place % W] };
      })
      .sort((a, b) => b.value - a.value)
      .slice(0, k),
  );
}

const LAYERS = ['conv1', 'pool1', 'conv2', 'fc'];

function expectBest(top: TopImages, model: Model, images: ReturnType<typeof wholeImages>, k: number) {
  for (const layer of LAYERS) {
    const want = bruteForce(model, images, layer, k);
    const got = want.map((_, c) => topOf(top, layer, c));
    expect([layer, got]).toEqual([layer, want]);
  }
}

describe('top images', () => {
  for (const [seed, count, k, batch] of [
    [1, 23, 9, 4],
    [2, 12, 3, 5],
    [3, 8, 1, 8],
    [4, 5, 9, 16],
    [5, 7, 9, 3],
    [6, 1, 2, 2],
  ]) {
    test(`${count} images, the best ${k}, ${batch} at once`, async () => {
      const model = wholeModel(seed);
      const images = wholeImages(seed, count);
      const seen: [number, number | undefined][] = [];
      const top = await findTopImages(await testContext(), model, images, {
        k,
        batch,
        onProgress: ({ done, total }) => seen.push([done, total]),
      });
      expect(top.layers.map((l) => l.layer)).toEqual(LAYERS);
      expect(top.layers.map((l) => l.shape)).toEqual([
        [5, 9, 11],
        [5, 4, 5],
        [6, 2, 2],
        [7, 1, 1],
      ]);
      expect(top).toMatchObject({ scanned: count, complete: true, last: `image ${count - 1}` });
      expect(seen.at(-1)).toEqual([count, count]);
      expectBest(top, model, images, k);
    });
  }

  test('equal images: the earlier are kept', async () => {
    const [image] = wholeImages(3, 1);
    const images = Array.from({ length: 10 }, (_, id) => ({ id, input: image.input }));
    const top = await findTopImages(await testContext(), wholeModel(3), images, { k: 4, batch: 3 });
    expect(topOf(top, 'conv2', 2).map((t) => t.image)).toEqual([0, 1, 2, 3]);
  });

  test('units that fewer images activate than are kept, against counting', async () => {
    const images = wholeImages(11, 12);
    const model = wholeModel(11);
    const top = await findTopImages(await testContext(), model, images, { k: 12, batch: 4 });
    const quiet = LAYERS.flatMap((layer) => {
      const counts = bruteForce(model, images, layer, 12).map((best) => best.filter(({ value }) => value !== 0).length);
      const dead = counts.flatMap((images, channel) => (images === 0 ? [channel] : []));
      const few = counts.flatMap((images, channel) => (images > 0 && images < 12 ? [{ channel, images }] : []));
      return dead.length + few.length > 0 ? [{ layer, dead, few }] : [];
    });
    expect(quiet.flatMap(({ dead }) => dead)).not.toEqual([]);
    expect(quiet.flatMap(({ few }) => few)).not.toEqual([]);
    expect(quietUnits(top)).toEqual(quiet);
    expect(quietUnits(await findTopImages(await testContext(), model, []))).toEqual([]);
  });

  test('parts of a concatenation, nested too, are found like each layer alone', async () => {
    const ctx = await testContext();
    const conv = (
      name: string,
      channels: number,
    ) => `layer { name: "${name}" type: "Convolution" bottom: "data" top: "${name}"
      convolution_param { num_output: ${channels} kernel_size: 3 pad: 1 ${FILLER} } }`;
    const join = (name: string, ...parts: string[]) =>
      `layer { name: "${name}" type: "Concat" ${parts.map((part) => `bottom: "${part}"`).join(' ')} top: "${name}" }`;
    const net = `name: "joined" input: "data" input_dim: 1 input_dim: 2 input_dim: 9 input_dim: 11
      ${conv('a', 3)} ${conv('b', 5)} ${conv('c', 4)} ${join('ab', 'a', 'b')} ${join('all', 'c', 'ab', 'data')}`;
    const model = importCaffe(net, undefined, {
      seededWeights: 5,
      preprocessing: { mean: [0, 0], scale: 1, stated: true },
    });
    const images = wholeImages(5, 7);
    const top = await findTopImages(ctx, model, images, { k: 3, batch: 4 });
    expect(top.layers.map(({ layer }) => layer)).toEqual(['a', 'b', 'c', 'ab', 'all']);
    for (const found of top.layers) {
      const { layers } = await findTopImages(ctx, model, images, { layers: [found.layer], k: 3, batch: 4 });
      expect(found).toEqual(layers[0]);
    }
  });

  test('a stopped search goes on to the same end, through JSON too', async () => {
    const ctx = await testContext();
    const model = wholeModel(7);
    const images = wholeImages(7, 22);
    const options = { k: 5, batch: 4 };
    const whole = await findTopImages(ctx, model, images, options);
    const stop = new AbortController();
    const stopped = await findTopImages(ctx, model, images, {
      ...options,
      signal: stop.signal,
      onProgress: ({ done }) => done >= 8 && stop.abort(),
    });
    expect(stopped).toMatchObject({ scanned: 8, complete: false });
    expectBest(stopped, model, images.slice(0, 8), 5);
    const resume = parseTopImages(JSON.stringify(stopped));
    expect(resume).toEqual(stopped);
    let decoded = 0;
    const lazily = images.map(({ id, input }) => ({
      id,
      get input() {
        decoded++;
        return input;
      },
    }));
    expect(await findTopImages(ctx, model, lazily, { ...options, resume })).toEqual(whole);
    expect(decoded).toBe(14);
    // A state in the middle of a search is as good, and a finished one has nothing left to do.
    const states: TopImages[] = [];
    await findTopImages(ctx, model, images, { ...options, onProgress: ({ state }) => states.push(state()) });
    expect(await findTopImages(ctx, model, images, { ...options, resume: states[2] })).toEqual(whole);
    expect(await findTopImages(ctx, model, images, { ...options, resume: whole })).toEqual(whole);
  });

  test('asynchronous sets, pictures of several sizes, decoded when their turn comes', async () => {
    const ctx = await testContext();
    const model: Model = {
      ...wholeModel(8),
      ...importCaffe(NET.replace('input_dim: 2 ', 'input_dim: 3 '), undefined, { seededWeights: 8 }),
    };
    const rng = createRng(8);
    const pictures = Array.from({ length: 13 }, (_, i) => {
      const [width, height] = [9 + (i % 11), 12 + (i % 3)];
      return { width, height, data: Uint8Array.from({ length: width * height * 4 }, () => rng.uniform() * 256) };
    });
    const inputs = await Promise.all(pictures.map((picture) => preprocessPicture(ctx, model, picture)));
    // Together, more sizes than are kept.
    using preprocessor = createPreprocessor(ctx, model);
    expect(await Promise.all([...pictures, ...pictures].map((picture) => preprocessor.read(picture)))).toEqual([
      ...inputs,
      ...inputs,
    ]);
    const want = await findTopImages(
      ctx,
      model,
      inputs.map((input, id) => ({ id, input })),
      { batch: 4 },
    );
    async function* set(): AsyncGenerator<SetImage> {
      for (const [i, picture] of pictures.entries()) {
        yield i % 3 === 0 ? picture : { id: i, picture: i % 3 === 1 ? picture : async () => picture };
      }
    }
    expect(await findTopImages(ctx, model, set(), { batch: 4 })).toEqual(want);
    // An empty set is a finished search.
    expect(await findTopImages(ctx, model, [])).toMatchObject({ scanned: 0, complete: true, last: null });
  });

  test('chosen layers, by the name of a layer or of a blob, after in-place layers', async () => {
    const ctx = await testContext();
    const model = wholeModel(9);
    const images = wholeImages(9, 6);
    const top = await findTopImages(ctx, model, images, { layers: ['relu2', 'conv1'], k: 2 });
    expect(top.layers.map((l) => l.layer)).toEqual(['relu2', 'conv1']);
    const want = bruteForce(model, images, 'fc', 2);
    expect(topOf(top, 'relu2', 4)).toEqual(want[4]);
  });

  test('NaN is reported by layer, channel and image', async () => {
    const ctx = await testContext();
    const model = wholeModel(1);
    const images = wholeImages(1, 5);
    images[3].input.fill(Number.NaN, 40, 41);
    await expect(findTopImages(ctx, model, images, { batch: 2 })).rejects.toThrow(
      /Layer 'conv1', channel 0, is NaN for image 'image 3'/,
    );
  });

  test.each<[string, (ctx: Awaited<ReturnType<typeof testContext>>) => Promise<unknown>, string]>([
    ['k', (ctx) => findTopImages(ctx, wholeModel(1), [], { k: 0 }), 'k: must be a whole number from 1, got 0'],
    ['batch', (ctx) => findTopImages(ctx, wholeModel(1), [], { batch: 1.5 }), 'batch: must be a whole number'],
    ['layer', (ctx) => findTopImages(ctx, wholeModel(1), [], { layers: ['conv3'] }), "No layer 'conv3'"],
    [
      'input',
      (ctx) => findTopImages(ctx, wholeModel(1), [{ id: 'a', input: new Float32Array(3) }]),
      "the input of image 'a' needs 198 numbers, it has 3",
    ],
  ])('wrong %s', async (_, search, message) => {
    await expect(search(await testContext())).rejects.toThrow(message);
  });

  test('a search does not go on over another net, set or k', async () => {
    const ctx = await testContext();
    const model = wholeModel(1);
    const images = wholeImages(1, 4);
    const resume = await findTopImages(ctx, model, images.slice(0, 3), { k: 2 });
    const go = (set: SetImage[], options = {}, net = model) =>
      findTopImages(ctx, net, set, { k: 2, resume, ...options });
    await expect(go(images, { k: 3 })).rejects.toThrow('kept 2 images, now k is 3');
    await expect(go(images, { layers: ['fc'] })).rejects.toThrow('resume: the search to go on with was of the layers');
    await expect(go(images.slice(1))).rejects.toThrow("image 2 of the set is 'image 3', it was 'image 2'");
    await expect(go(images.slice(0, 2))).rejects.toThrow('3 images have been searched, the set has only 2');
    await expect(go(images, {}, { ...model, name: 'other' })).rejects.toThrow("was of 'small', this is 'other'");
    expect((await go(images)).scanned).toBe(4);
    expect(sizeOf([resume.layers[0].values.length])).toBe(5 * 2);
    expect(() => topOf(resume, 'conv9', 0)).toThrow("'conv9' was not searched");
    expect(() => topOf(resume, 'fc', 7)).toThrow('channel: 7 is outside');
  });

  test.each([
    ['{', 'it is not JSON'],
    ['{}', 'top images.model: must be there, got nothing'],
    [
      '{"model":"a","k":1,"scanned":0,"last":null,"complete":true,"layers":[{"layer":"x"}]}',
      'top images.layers[0].shape: must be there, got nothing',
    ],
  ])('a state that is none: %s', (text, message) => {
    expect(() => parseTopImages(text)).toThrow(message);
  });
});
