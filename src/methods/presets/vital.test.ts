import { expect, test } from 'vitest';
import { testContext } from '../../../test/support/device.js';
import { createRng } from '../../core/rng.js';
import { importCaffe } from '../../importers/index.js';
import { imageStatistics } from '../../scan/imageStatistics.js';
import { activations } from '../../scene/forward.js';
import type { Picture } from '../../scene/input.js';
import { preprocessPicture } from '../../scene/input.js';
import { synthesize } from '../../synthesize/synthesize.js';
import { preferredStudy } from '../preferred.js';
import { bestPictures } from '../references.js';
import { REFERENCES } from './vital.js';

const FILLER = 'weight_filler { type: "gaussian" std: 0.2 }';
const NET = `name: "small" input: "data" input_dim: 1 input_dim: 3 input_dim: 12 input_dim: 10
  layer { name: "conv1" type: "Convolution" bottom: "data" top: "conv1" convolution_param { num_output: 5 kernel_size: 3 ${FILLER} } }
  layer { name: "relu1" type: "ReLU" bottom: "conv1" top: "conv1" }
  layer { name: "conv2" type: "Convolution" bottom: "conv1" top: "conv2" convolution_param { num_output: 4 kernel_size: 3 ${FILLER} } }
  layer { name: "relu2" type: "ReLU" bottom: "conv2" top: "conv2" }
  layer { name: "fc" type: "InnerProduct" bottom: "conv2" top: "fc" inner_product_param { num_output: 3 ${FILLER} } }
  layer { name: "prob" type: "Softmax" bottom: "fc" top: "prob" }`;
const net = importCaffe(NET, undefined, {
  seededWeights: 1,
  preprocessing: { mean: [100, 110, 120], scale: 0.02, order: 'rgb', stated: true },
});

const rng = createRng(5);
const pictures = Array.from(
  { length: 9 },
  (): Picture => ({
    width: 10,
    height: 12,
    data: Uint8ClampedArray.from({ length: 480 }, (_, i) => (i % 4 === 3 ? 255 : Math.floor(rng.uniform() * 256))),
  }),
);

test('the best pictures of a unit are those with its greatest activations', async () => {
  const ctx = await testContext();
  const peaks: number[] = [];
  for (const picture of pictures) {
    // [1, 4, 8, 6]
    const maps = (await activations(ctx, net, await preprocessPicture(ctx, net, picture), ['conv2'])).get('conv2');
    peaks.push(Math.max(...(maps?.data.subarray(2 * 48, 3 * 48) ?? [])));
  }
  const order = peaks.map((_, i) => i).sort((a, b) => peaks[b] - peaks[a] || a - b);
  const best = await bestPictures(ctx, net, { layer: 'conv2', channel: 2 }, pictures, 4);
  expect(best).toEqual(order.slice(0, 4));
});

test.each(['fc:1', 'conv2:1'])('VITAL comes nearer to the pictures of %s', async (unit) => {
  const ctx = await testContext();
  const statistics = await imageStatistics(ctx, pictures, { source: 'noise', size: [12, 10] });
  const study = preferredStudy(net, { unit, preset: 'vital', statistics: 'noise', steps: 30 });
  const text = JSON.stringify(study.objective);
  expect(text).toContain('"layer":"conv1"');
  expect(text.includes('"layer":"conv2"')).toBe(unit === 'fc:1');
  expect(text.includes('"unit":')).toBe(unit !== 'fc:1');
  const options = { statistics: { noise: statistics }, references: { [REFERENCES]: pictures.slice(0, 5) } };
  const loop = synthesize(ctx, net, study, options);
  for (;;) {
    const next = await loop.next();
    if (!next.done) continue;
    const [records] = next.value.records;
    expect(records.length).toBe(30);
    expect(records[29].objective).toBeGreaterThan(records[0].objective);
    break;
  }
});

test('VITAL needs a layer with maps before the unit', () => {
  expect(() => preferredStudy(net, { unit: 'conv1:1', preset: 'vital' })).toThrow(/needs a layer with maps/);
});
