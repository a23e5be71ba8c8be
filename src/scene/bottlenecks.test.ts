import { expect, test } from 'vitest';
import { importCaffe } from '../importers/index.js';
import { bottlenecks } from './bottlenecks.js';

const conv = (name: string, bottom: string) =>
  `layer { name: "${name}" type: "Convolution" bottom: "${bottom}" top: "${name}" convolution_param { num_output: 2 kernel_size: 1 } }`;

test('are the layers that no branch goes around', () => {
  const model = importCaffe(
    `name: "branches" input: "data" input_dim: 1 input_dim: 3 input_dim: 4 input_dim: 4
    ${conv('a', 'data')}
    layer { name: "relu" type: "ReLU" bottom: "a" top: "a" }
    ${conv('left', 'a')} ${conv('right', 'a')}
    layer { name: "joined" type: "Concat" bottom: "left" bottom: "right" top: "joined" }
    ${conv('b', 'joined')} ${conv('c', 'b')}
    layer { name: "sum" type: "Eltwise" bottom: "b" bottom: "c" top: "sum" }
    ${conv('head', 'left')} ${conv('end', 'sum')}`,
    undefined,
    { seededWeights: 1 },
  );
  // 'left' is read once more, by a head that leads nowhere, so nothing before it is all that is read.
  expect(bottlenecks(model)).toEqual(['a', 'end']);
});

test('a chain is all bottlenecks', () => {
  const model = importCaffe(
    `name: "chain" input: "data" input_dim: 1 input_dim: 3 input_dim: 4 input_dim: 4 ${conv('a', 'data')} ${conv('b', 'a')}`,
    undefined,
    { seededWeights: 1 },
  );
  expect(bottlenecks(model)).toEqual(['a', 'b']);
});
