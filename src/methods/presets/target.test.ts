// Objectives of stored studies, for other units.
import { expect, test } from 'vitest';
import { importCaffe } from '../../importers/index.js';
import { objectiveFor } from './target.js';

const model = importCaffe(
  `name: "tiny" input: "data" input_dim: 1 input_dim: 3 input_dim: 12 input_dim: 12
  layer { name: "conv" type: "Convolution" bottom: "data" top: "conv" convolution_param { num_output: 4 kernel_size: 5 } }
  layer { name: "fc" type: "InnerProduct" bottom: "conv" top: "fc" inner_product_param { num_output: 3 } }
  layer { name: "prob" type: "Softmax" bottom: "fc" top: "prob" }`,
  undefined,
  { seededWeights: 0 },
);
const patch = { name: 'patch', layer: 'conv', channel: 3, size: 3, at: [1, 2] };
const ofClass = (index: number) => ({
  name: 'sum',
  of: [
    { name: 'logProbability', class: index },
    { name: 'scale', by: 0.1, of: [{ name: 'logit', class: index }] },
  ],
});

test.each([
  ['a neuron', { name: 'neuron', unit: 'conv:1' }, 'fc:2', { name: 'neuron', unit: 'fc:2' }],
  ['a patch', patch, 'conv:1', { name: 'patch', layer: 'conv', channel: 1, size: 3, at: undefined }],
  ['a channel', { name: 'channel', layer: 'conv', channel: 3 }, 'fc:1', { name: 'channel', layer: 'fc', channel: 1 }],
  ['a class, by its probability', ofClass(1), 'prob:2', ofClass(2)],
  ['what is about no unit', { name: 'layer', layer: 'conv' }, 'conv:1', { name: 'neuron', unit: 'conv:1' }],
])('%s', (_, objective, unit, wanted) => {
  expect(objectiveFor(model, objective, unit)).toEqual(wanted);
});

test.each([
  ['a class for a unit that is none', ofClass(1), 'conv:3', "'logProbability', 'logit', which cannot be about conv:3"],
  ['a channel for one place', { name: 'channel', layer: 'conv', channel: 3 }, 'conv:1:0,0', "'channel', which cannot"],
  ['parts that are kept', { name: 'sum', of: [patch, { name: 'diversity', layer: 'conv' }] }, 'conv:1', "'diversity'"],
])('%s is refused', (_, objective, unit, message) => {
  expect(() => objectiveFor(model, objective, unit)).toThrow(message);
});
