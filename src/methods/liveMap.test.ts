// Maps of attribution that follow the input and the unit, against `explain` of the same unit at the same place.
import { afterAll, describe, expect, test } from 'vitest';
import { expectClose } from '../../test/support/close.js';
import { testContext } from '../../test/support/device.js';
import * as methods from '../attribute/methods/index.js';
import { UNCLIPPED } from '../core/heat.js';
import { createRng } from '../core/rng.js';
import { createReadback } from '../gpu/readback.js';
import type { Model } from '../graph/model.js';
import { importCaffe } from '../importers/index.js';
import type { Attribution } from '../parts/kinds.js';
import type { PartSpec } from '../parts/part.js';
import { explain } from './explain.js';
import { createLive, type Live } from './live.js';
import { greatestActivation, liveMap } from './liveMap.js';

const [H, W] = [21, 17];
const MODEL: Model = importCaffe(
  `name: "small" input: "data" input_dim: 1 input_dim: 3 input_dim: ${H} input_dim: ${W}
   layer { name: "conv1" type: "Convolution" bottom: "data" top: "conv1" convolution_param { num_output: 6 kernel_size: 5 weight_filler { type: "msra" } } }
   layer { name: "relu1" type: "ReLU" bottom: "conv1" top: "conv1" }
   layer { name: "pool1" type: "Pooling" bottom: "conv1" top: "pool1" pooling_param { pool: MAX kernel_size: 3 stride: 2 } }
   layer { name: "conv2" type: "Convolution" bottom: "pool1" top: "conv2" convolution_param { num_output: 7 kernel_size: 3 pad: 1 weight_filler { type: "msra" } } }
   layer { name: "relu2" type: "ReLU" bottom: "conv2" top: "conv2" }
   layer { name: "fc3" type: "InnerProduct" bottom: "conv2" top: "fc3" inner_product_param { num_output: 5 weight_filler { type: "msra" } } }
   layer { name: "prob" type: "Softmax" bottom: "fc3" top: "prob" }`,
  undefined,
  { seededWeights: 0, preprocessing: { mean: [100, 110, 120], scale: 1 / 64, order: 'bgr', stated: true } },
);

const made: GPUBuffer[] = [];
afterAll(() => {
  for (const buffer of made) buffer.destroy();
});

async function inputOf(seed: number) {
  const ctx = await testContext();
  const rng = createRng(seed);
  const data = Float32Array.from({ length: 3 * H * W }, () => rng.normal());
  const buffer = ctx.createBuffer('test image', data.byteLength);
  made.push(buffer);
  ctx.device.queue.writeBuffer(buffer, 0, data);
  return { data, buffer };
}

async function mapOf(live: Live): Promise<Float32Array> {
  const ctx = await testContext();
  const map = live.map();
  if (!map) throw new Error('no map');
  const readback = createReadback(
    ctx,
    'test',
    map.shape.reduce((a, b) => a * b, 4),
  );
  try {
    return new Float32Array(await readback.read(map.buffer));
  } finally {
    readback.dispose();
  }
}

/** The numbers that `attributionPicture` colours, in float64. */
function drawn({ map: { shape, data }, drawn: how }: Attribution): number[] {
  const places = shape[shape.length - 1] * shape[shape.length - 2];
  const flat = new Array<number>(places).fill(0);
  for (const [i, v] of data.entries()) {
    const at = i % places;
    flat[at] = how === 'signed' ? flat[at] + v : Math.max(flat[at], Math.abs(v));
  }
  const sorted = flat.map(Math.abs).sort((a, b) => a - b);
  const reach = sorted[Math.floor(UNCLIPPED * (places - 1))] || sorted[places - 1] || 1;
  const least = how === 'size' ? sorted[0] : 0;
  return flat.map((v) => Math.max(-1, Math.min(1, (v - least) / (reach - least || 1))));
}

/** Where a unit of `conv2` has its first maximum, before its ReLU. */
async function placeOf(data: Float32Array, channel: number): Promise<string> {
  const ctx = await testContext();
  const { activations } = await import('../scene/forward.js');
  const [maps] = (await activations(ctx, MODEL, data, ['conv2'])).values();
  const [, , h, w] = maps.shape;
  const own = maps.data.subarray(channel * h * w, (channel + 1) * h * w);
  const at = own.indexOf(own.reduce((a, b) => Math.max(a, b)));
  return `conv2:${channel}:${Math.floor(at / w)},${at % w}`;
}

const LIVE: readonly PartSpec[] = [
  ...Object.values(methods)
    .filter(
      ({ name, make }) => name !== 'channelAttribution' && (make as (options: object) => { map?: unknown })({}).map,
    )
    .map(({ name }) => ({ name })),
  { name: 'backprojection', rule: 'guided' },
  { name: 'gradCam', layer: 'conv1', rectified: 'no', size: 'layer' },
  { name: 'lrp', rule: 'alphaBeta' },
  { name: 'lrp', rule: 'epsilon', biases: 'share' },
];

describe('a map with each frame', () => {
  test('the methods that go back once are those of the papers that do', () => {
    expect(LIVE.map(({ name }) => name).slice(0, -4)).toEqual([
      'activationGradient',
      'backprojection',
      'gradCam',
      'gradCamPlusPlus',
      'gradientInput',
      'guidedGradCam',
      'layerCam',
      'lrp',
    ]);
  });

  test.each(LIVE)('$name is that of explain, unit after unit and frame after frame', async (method) => {
    const ctx = await testContext();
    const map = await liveMap(method);
    using live = await createLive(ctx, MODEL, { target: { layer: 'fc3', back: 'off', map } });
    let most = 0;
    for (const [seed, unit] of [
      [1, 0],
      [1, 3],
      [2, 3],
    ]) {
      const { data, buffer } = await inputOf(seed);
      live.setUnit(unit);
      live.step(buffer);
      const want = await explain(ctx, MODEL, data, { unit: `fc3:${unit}`, method });
      expect(live.map()).toMatchObject({ meaning: want.meaning, drawn: want.drawn });
      const expected = Float32Array.from(drawn(want));
      most = Math.max(most, new Set(expected).size);
      expectClose(`fc3:${unit}`, await mapOf(live), expected, live.map()?.shape ?? [], { atol: 2e-4, rtol: 2e-4 });
    }
    expect(most, 'numbers that tell something').toBeGreaterThan(8);
  });

  test.each([{ name: 'gradientInput' }, { name: 'lrp' }, { name: 'layerCam', layer: 'conv1' }])(
    '$name of a unit with a map explains its greatest activation, beside its back-projection',
    async (method) => {
      const ctx = await testContext();
      const target = { layer: 'conv2', back: 'deconv', differences: true, map: await liveMap(method) } as const;
      using live = await createLive(ctx, MODEL, { target });
      for (const unit of [2, 5]) {
        const { data, buffer } = await inputOf(4);
        live.setUnit(unit);
        live.step(buffer);
        const want = await explain(ctx, MODEL, data, { unit: await placeOf(data, unit), method });
        const shape = live.map()?.shape ?? [];
        expectClose(`conv2:${unit}`, await mapOf(live), Float32Array.from(drawn(want)), shape, {
          atol: 2e-4,
          rtol: 2e-4,
        });
        expect(live.gradient()).toBeDefined();
        const objective = greatestActivation({ layer: 'conv2', channel: unit });
        const both = Float32Array.from([...(await inputOf(9)).data, ...data]);
        const { map, values } = await explain(ctx, MODEL, both, { objective, method });
        expect(values[1]).toBeCloseTo(want.values[0], 4);
        const size = map.data.length / 2;
        expectClose('explained', map.data.subarray(size), want.map.data, want.map.shape, { atol: 1e-4, rtol: 1e-4 });
      }
    },
  );

  test('a map of zeros is zeros', async () => {
    const ctx = await testContext();
    const map = await liveMap('gradientInput');
    using live = await createLive(ctx, MODEL, { target: { layer: 'fc3', back: 'off', map } });
    const buffer = ctx.createBuffer('zeros', 3 * H * W * 4);
    made.push(buffer);
    live.step(buffer);
    expect(new Set(await mapOf(live))).toEqual(new Set([0]));
  });

  test('without one there is none; what cannot be live, drawn or handed back is refused', async () => {
    const ctx = await testContext();
    using live = await createLive(ctx, MODEL, { target: { layer: 'fc3', back: 'off' } });
    expect(live.map()).toBeUndefined();
    await expect(liveMap('occlusion')).rejects.toThrow(
      "method: 'occlusion' asks about many variants of a picture, which is too much for each frame",
    );
    await expect(liveMap({ name: 'gradCam', size: 'huge' })).rejects.toThrow('method.size: must be image or layer');
    await expect(liveMap('gradKam')).rejects.toThrow(/gradKam.*gradCam/);
    const one = await liveMap('channelAttribution');
    await expect(live.setTarget({ layer: 'fc3', back: 'off', map: one })).rejects.toThrow(
      /one place, which is no picture/,
    );
    const lrp = await liveMap('lrp');
    await expect(live.setTarget({ layer: 'prob', back: 'off', map: lrp })).rejects.toThrow(/prob.*before the softmax/s);
    // The old target goes on.
    expect(live.target?.layer).toBe('fc3');
  });
});
