import { expect, test } from 'vitest';
import { importCaffe } from '../../importers/index.js';
import { toSpecs } from '../../synthesize/study.js';
import { preferredStudy } from '../preferred.js';

const conv = (name: string, bottom: string, size: number) =>
  `layer { name: "${name}" type: "Convolution" bottom: "${bottom}" top: "${name}" convolution_param { num_output: 4 kernel_size: ${size} } }`;
const net = importCaffe(
  `name: "small" input: "data" input_dim: 1 input_dim: 3 input_dim: 64 input_dim: 64
  ${conv('early', 'data', 9)} ${conv('late', 'early', 9)}
  layer { name: "fc" type: "InnerProduct" bottom: "late" top: "fc" inner_product_param { num_output: 4 } }
  layer { name: "prob" type: "Softmax" bottom: "fc" top: "prob" }`,
  undefined,
  { seededWeights: 1, preprocessing: { mean: [100, 110, 120], scale: 1, order: 'rgb', stated: true } },
);
const partsOf = (unit: string) => {
  const { objective, optim } = toSpecs(preferredStudy(net, { unit, preset: 'spectrum' }));
  return [objective, optim[0]];
};

test('a unit that sees less than a quarter of the side is raised over its whole map, a larger one at the centre', () => {
  // They see 9 and 17 of 64 pixels.
  const [early, late, neuron, ofClass] = ['early:2', 'late:2', 'early:2:3,4', 'fc:1'].map(partsOf);
  expect(early).toMatchObject([
    { name: 'channel', layer: 'early', channel: 2 },
    { name: 'precondition', power: 0.2 },
  ]);
  expect(late).toMatchObject([
    { name: 'patch', layer: 'late', channel: 2 },
    { name: 'precondition', power: 0.6 },
  ]);
  expect(neuron).toMatchObject([{ name: 'patch', at: [3, 4] }, { power: 0.6 }]);
  expect(ofClass).toMatchObject([{ name: 'sum' }, { power: 0.6 }]);
});
