// Where a value's channels lie, by what made it; and that a unit of a layer with its channels last is that channel.
import { describe, expect, test } from 'vitest';
import { testContext } from '../../test/support/device.js';
import { createRng } from '../core/rng.js';
import { f32, sizeOf } from '../core/shape.js';
import { type Layer, type Model, PLAIN, trace, type WeightData } from '../graph/model.js';
import { createTape } from '../graph/tape.js';
import * as kernels from '../kernels/index.js';
import { backProject } from '../methods/backProjection.js';
import { createLive } from '../methods/live.js';
import { createRecipe } from '../methods/recipe.js';
import { createAscent } from '../methods/yosinski2015.js';
import { channelAxes } from './channelAxis.js';
import { activations } from './forward.js';
import { layers as table } from './layers.js';

const rng = createRng(3);
const drawn = (...shape: number[]): WeightData => ({
  shape,
  dtype: 'f32',
  data: Float32Array.from({ length: sizeOf(shape) }, () => rng.normal()),
});
const layer = (name: string, type: string, attrs: object, inputs: string[], weights = {}): Layer => {
  return { name, type, attrs: { ...attrs }, inputs, output: name, weights };
};
const CONV = { stride: [1, 1], pad: [0, 0, 0, 0], dilation: [1, 1], group: 1 };

/** A patch embedding with tokens, a product with weights, attention-like products of two values, and the way back to maps. */
const MODEL: Model = {
  name: 'tokens',
  input: { name: 'data', shape: [1, 3, 6, 8] },
  ops: { matMul: kernels.matMul, binary: kernels.binary },
  layers: [
    layer('conv', 'conv2d', CONV, ['data'], { w: 'w', b: 'b' }),
    layer('rows', 'reshape', { shape: [0, 5, 48] }, ['conv']),
    layer('tokens', 'transpose', { order: [0, 2, 1] }, ['rows']),
    layer('linear', 'fc', { axis: 2 }, ['tokens'], { w: 'v', b: 'c' }),
    layer('relu', 'relu', { slope: 0 }, ['linear']),
    layer('scores', 'matMul', { transposeB: true }, ['linear', 'relu']),
    layer('last', 'transpose', { order: [0, 2, 3, 1] }, ['conv']),
    layer('sum', 'binary', { f: 'add' }, ['last', 'last']),
    layer('back', 'transpose', { order: [0, 3, 1, 2] }, ['sum']),
    layer('flat', 'reshape', { shape: [0, 48, 5] }, ['sum']),
    layer('mixed', 'reshape', { shape: [0, 15, 16] }, ['flat']),
    layer('over', 'transpose', { order: [1, 0, 2] }, ['tokens']),
  ],
  weights: new Map([
    ['w', drawn(5, 3, 1, 1)],
    ['b', drawn(5)],
    ['v', drawn(7, 5)],
    ['c', drawn(7)],
  ]),
  preprocessing: { ...PLAIN, mean: [100, 100, 100] },
};

describe('the axis of the channels', () => {
  const tape = createTape();
  const image = tape.leaf('data', f32(1, 3, 6, 8));
  const at = trace(tape, MODEL, image, table);
  const values = MODEL.layers.map(({ name }) => at(name));
  const axes = channelAxes(tape, image);
  for (const [i, axis] of [1, 1, 2, 2, 2, undefined, 3, 3, 1, 2, undefined, 2].entries()) {
    const { name } = MODEL.layers[i];
    test(`${name} [${values[i].shape}]: ${axis ?? 'not to be told'}`, () => {
      expect(axes.get(values[i].id)).toBe(axis);
    });
  }
});

describe('units of layers with their channels last', () => {
  const input = Float32Array.from({ length: 3 * 6 * 8 }, () => 40 * rng.normal());

  test('a unit of [N, tokens, C] is a channel at a token', async () => {
    const ctx = await testContext();
    const { activation, unit } = await backProject(ctx, MODEL, input, { layer: 'linear', channel: 3, at: [10, 0] });
    const own = (await activations(ctx, MODEL, input, ['linear'])).get('linear');
    expect(unit.at).toEqual([10, 0]);
    expect(activation).toBe(own?.data[10 * 7 + 3]);
  });

  test('its gradient is that of the same unit where the channels are behind the batch', async () => {
    const ctx = await testContext();
    for (const seedMode of ['one', 'activation'] as const) {
      const of = (layer: string) => backProject(ctx, MODEL, input, { layer, channel: 2, at: [1, 3] }, { seedMode });
      expect(await of('sum')).toEqual({ ...(await of('back')), unit: { ...(await of('back')).unit, layer: 'sum' } });
    }
  });

  test('ascent raises that unit', async () => {
    const ctx = await testContext();
    const run = async (unit: string) => {
      using ascent = await createAscent(ctx, MODEL, createRecipe({ unit, preset: 'small', blurEvery: 0, steps: 4 }));
      ascent.run(4);
      const [rows] = await ascent.records();
      return rows.map(({ objective }) => objective);
    };
    expect(await run('sum:2:1,3')).toEqual(await run('back:2:1,3'));
    const [first, , , last] = await run('linear:3:10,0');
    expect(last).toBeGreaterThan(first);
  });

  test('what is looked at live has its channels behind the batch', async () => {
    const ctx = await testContext();
    using live = await createLive(ctx, MODEL);
    const shapes = new Map(live.layers.map(({ name, shape }) => [name, shape]));
    expect(shapes.get('sum')).toEqual([1, 5, 6, 8]);
    expect(shapes.get('linear')).toEqual([1, 7, 48]);
    expect([shapes.has('scores'), shapes.has('mixed')]).toEqual([false, false]);
  });

  test.each([
    ['scores:1', "layer 'scores' [1,48,48] does not tell which of its axes are channels"],
    ['over:1', "layer 'over' [48,1,5] has no row for each of 1 images"],
    ['linear:7', "channel 7 is outside layer 'linear' [1,7,48], channels 0 to 6"],
    ['linear:1:48,0', "position 48,0 is outside layer 'linear' [1,7,48], a map of 48x1"],
  ])('%s is refused', async (unit, message) => {
    await expect(createAscent(await testContext(), MODEL, createRecipe({ unit }))).rejects.toThrow(message);
  });
});
