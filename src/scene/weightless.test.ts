// A net of which only the text is there: it can be inspected, and every method that computes refuses it with what to do.
import { describe, expect, test } from 'vitest';
import { testContext } from '../../test/support/device.js';
import type { Context } from '../gpu/context.js';
import { importCaffe } from '../importers/index.js';
import { backProject } from '../methods/backProjection.js';
import { createLive } from '../methods/live.js';
import { createRecipe } from '../methods/recipe.js';
import { render } from '../methods/render.js';
import { findTopImages } from '../methods/topImages.js';
import { classify } from './forward.js';
import { inspectModel } from './inspect.js';
import { unitLayers } from './unitLayers.js';

const TEXT = `name: "text" input: "data" input_dim: 1 input_dim: 3 input_dim: 8 input_dim: 8
  layer { name: "conv" type: "Convolution" bottom: "data" top: "conv" convolution_param { num_output: 4 kernel_size: 3 } }
  layer { name: "fc" type: "InnerProduct" bottom: "conv" top: "fc" inner_product_param { num_output: 2 } }`;
const model = importCaffe(TEXT);
const input = new Float32Array(3 * 8 * 8);

describe('a text without weights', () => {
  for (const [name, run] of [
    ['classify', (ctx: Context) => classify(ctx, model, input)],
    ['render', (ctx: Context) => render(ctx, model, createRecipe({ unit: 'fc:1' }))],
    ['backProject', (ctx: Context) => backProject(ctx, model, input, { layer: 'fc', channel: 1 })],
    ['findTopImages', (ctx: Context) => findTopImages(ctx, model, [{ id: 'a', input }])],
    ['createLive', (ctx: Context) => createLive(ctx, model)],
  ] as const) {
    test(`${name} refuses it, and says what to do`, async () => {
      await expect(run(await testContext())).rejects.toThrow(
        /^caffe: '(conv|fc)\.[wb]' has no numbers\. A \.prototxt describes .* deploy\.prototxt,weights\.caffemodel\. .*seededWeights: 0 in the library/,
      );
    });
  }

  test('its layers, shapes and units are there', () => {
    expect(inspectModel(model).parameters).toBe(4 * 27 + 4 + 2 * 144 + 2);
    expect(unitLayers(model).layers.map(({ layer }) => layer)).toEqual(['conv', 'fc']);
  });
});
