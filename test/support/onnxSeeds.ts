// Small valid ONNX files, one for each family of layers, as seeds for a fuzzer.
import { createRng } from '../../src/core/rng.js';
import { type FileNode, type FileTensor, fileOf, node, type OnnxFile, tensor } from './onnxFile.js';

const rng = createRng(5);
const random = (name: string, dims: number[], positive = false): FileTensor => {
  const values = Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => rng.uniform() * 2 - 1);
  return tensor(name, dims, positive ? values.map((v) => Math.abs(v) + 0.5) : values);
};
const integers = (name: string, values: number[]) => tensor(name, [values.length], values, 7);
const scalar = (name: string, value: number) => tensor(name, [], [value]);

const image = ['N', 3, 6, 5];
const unary = (type: string, attributes: Parameters<typeof node>[3] = {}, opset = 17): OnnxFile =>
  fileOf([1, 3, 4, 5], [node(type, ['x'], 'y', attributes)], [], { opset });
const chain = (x: (number | string)[], nodes: FileNode[], tensors: FileTensor[] = [], opset = 17) =>
  fileOf(x, nodes, tensors, { opset });

/** By name. */
export const SEEDS: Readonly<Record<string, OnnxFile>> = {
  classifier: chain(
    image,
    [
      node('Conv', ['x', 'w', 'b'], 'c', { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [1, 1] }),
      node('BatchNormalization', ['c', 's', 's2', 'm', 'v'], 'n', { epsilon: 1e-3 }),
      node('Relu', ['n'], 'r'),
      node('MaxPool', ['r'], 'p', { kernel_shape: [2, 2], strides: [2, 2] }),
      node('Flatten', ['p'], 'f', { axis: 1 }),
      node('Gemm', ['f', 'fw', 'fb'], 'g', { transB: 1, alpha: 0.5 }),
      node('Softmax', ['g'], 'y', { axis: 1 }),
    ],
    [
      ...[random('w', [4, 3, 3, 3]), random('b', [4]), random('s', [4]), random('s2', [4]), random('m', [4])],
      ...[random('v', [4], true), random('fw', [5, 24]), random('fb', [5])],
    ],
  ),
  residual: chain(
    image,
    [
      node('Conv', ['x', 'w1'], 'a', { kernel_shape: [3, 3], auto_pad: 'SAME_UPPER' }),
      node('LeakyRelu', ['a'], 'b', { alpha: 0.1 }),
      node('Conv', ['b', 'w2', 'c2'], 'c', { group: 4, dilations: [2, 1], pads: [2, 1, 2, 1] }),
      node('Add', ['c', 'a'], 'd'),
      node('GlobalAveragePool', ['d'], 'e'),
      node('Reshape', ['e', 'shape'], 'y'),
    ],
    [random('w1', [4, 3, 3, 3]), random('w2', [4, 1, 3, 3]), random('c2', [4]), integers('shape', [-1, 4])],
  ),
  bias: chain(
    [1, 6],
    [node('MatMul', ['x', 'w'], 'm'), node('Add', ['m', 'b'], 'a'), node('Relu', ['a'], 'y')],
    [random('w', [6, 4]), random('b', [4])],
  ),
  channelBias: chain(
    [1, 3, 4, 4],
    [node('Conv', ['x', 'w'], 'c'), node('Add', ['c', 'b'], 'y')],
    [random('w', [4, 3, 1, 1]), random('b', [4, 1, 1])],
  ),
  sequence: chain(
    [1, 4, 6],
    [node('MatMul', ['x', 'w'], 'm'), node('Add', ['b', 'm'], 'a'), node('Transpose', ['a'], 'y', { perm: [0, 2, 1] })],
    [random('w', [6, 5]), random('b', [5])],
  ),
  branches: chain(
    image,
    [
      node('Split', ['x', 'parts'], ['p', 'q'], { axis: 1 }),
      node('Concat', ['q', 'p', 'p'], 'c', { axis: 1 }),
      node('Slice', ['c', 'starts', 'ends', 'axes', 'steps'], 's'),
      node('Pad', ['s', 'pads'], 'y', { mode: 'constant' }),
    ],
    [
      ...[integers('parts', [1, 2]), integers('starts', [1, 0]), integers('ends', [4, 5]), integers('axes', [1, 3])],
      ...[integers('steps', [1, 2]), integers('pads', [0, 0, 1, 0, 0, 0, 0, 1])],
    ],
  ),
  decoder: chain(
    [1, 4, 3, 3],
    [
      node('ConvTranspose', ['x', 'w', 'b'], 't', { strides: [2, 2], kernel_shape: [3, 3], pads: [1, 1, 1, 1] }),
      node('Resize', ['t', '', 'scales'], 'r', { mode: 'linear', coordinate_transformation_mode: 'align_corners' }),
      node('PRelu', ['r', 'slope'], 'p'),
      node('DepthToSpace', ['p'], 'y', { blocksize: 2 }),
    ],
    [random('w', [4, 4, 3, 3]), random('b', [4]), tensor('scales', [4], [1, 1, 2, 2]), random('slope', [4, 1, 1])],
  ),
  axes: chain(
    image,
    [
      node('ReduceMean', ['x'], 'm', { axes: [2, 3], keepdims: 0 }),
      node('Unsqueeze', ['m', 'two'], 'u'),
      node('Squeeze', ['u', 'two'], 's'),
      node('Transpose', ['s'], 't', { perm: [1, 0] }),
      node('Flatten', ['t'], 'y', { axis: 0 }),
    ],
    [integers('two', [2])],
  ),
  normalized: chain(
    image,
    [
      node('InstanceNormalization', ['x', 's', 'b'], 'i', { epsilon: 1e-3 }),
      node('LRN', ['i'], 'l', { size: 3, alpha: 0.1, beta: 0.7 }),
      node('LayerNormalization', ['l', 's5', 'b5'], 'y', { axis: -1 }),
    ],
    [random('s', [3]), random('b', [3]), random('s5', [5]), random('b5', [5])],
  ),
  arithmetic: chain(
    image,
    [
      node('Mul', ['x', 'k'], 'a'),
      node('Sub', ['a', 'v'], 'b'),
      node('Div', ['b', 'two'], 'c'),
      node('Clip', ['c', 'low', 'high'], 'd'),
      node('Max', ['d', 'a'], 'y'),
    ],
    [random('k', [3, 1, 1]), random('v', [5]), scalar('two', 2), scalar('low', -0.5), scalar('high', 0.5)],
  ),
  shapes: chain(
    image,
    [
      node('Shape', ['x'], 's'),
      node('Gather', ['s', 'zero'], 'n', { axis: 0 }),
      node('Unsqueeze', ['n', 'axis'], 'u'),
      node('Concat', ['u', 'rest'], 'to', { axis: 0 }),
      node('Reshape', ['x', 'to'], 'y'),
    ],
    [tensor('zero', [], [0], 7), integers('axis', [0]), integers('rest', [-1])],
  ),
  tiled: chain(
    [1, 2, 3],
    [
      node('Tile', ['x', 'times'], 't'),
      node('Expand', ['t', 'to'], 'e'),
      node('Gather', ['e', 'at'], 'y', { axis: 2 }),
    ],
    [integers('times', [1, 1, 2]), integers('to', [2, 1, 1, 1]), integers('at', [0, 1])],
  ),
  averages: chain(
    [1, 2, 6, 5],
    [
      node('AveragePool', ['x'], 'a', {
        kernel_shape: [3, 3],
        pads: [1, 1, 1, 1],
        count_include_pad: 1,
        ceil_mode: 1,
        strides: [2, 2],
      }),
      node('LpPool', ['a'], 'l', { kernel_shape: [2, 2], p: 2, pads: [0, 1, 0, 1] }),
      node('GlobalMaxPool', ['l'], 'y'),
    ],
  ),
  line: chain(
    [1, 2, 8],
    [
      node('Conv', ['x', 'w'], 'c', { kernel_shape: [3], pads: [1, 1], strides: [2] }),
      node('MaxPool', ['c'], 'm', { kernel_shape: [2], dilations: [2] }),
      node('ConvTranspose', ['m', 'v'], 'y', { strides: [2], output_padding: [1] }),
    ],
    [random('w', [4, 2, 3]), random('v', [4, 2, 3])],
  ),
  enlarged: chain(
    [1, 1, 3, 3],
    [node('Upsample', ['x', 's'], 'y', { mode: 'nearest' })],
    [tensor('s', [4], [1, 1, 2, 2])],
    9,
  ),
  sized: chain(
    [1, 1, 4, 4],
    [node('Resize', ['x', '', '', 'sizes'], 'y', { mode: 'cubic', cubic_coeff_a: -0.5, nearest_mode: 'floor' })],
    [integers('sizes', [1, 1, 7, 3])],
  ),
  space: unary('SpaceToDepth', { blocksize: 1 }),
  norms: unary('LpNormalization', { axis: -1, p: 2 }),
  sums: chain([1, 3, 4, 5], [node('ReduceSum', ['x', 'a'], 'y', { keepdims: 1 })], [integers('a', [1, -1])]),
  lengths: unary('ReduceL2', { axes: [1], keepdims: 0 }),
  logs: unary('LogSoftmax', { axis: 1 }, 11),
  soft: unary('Softmax', { axis: 2 }, 11),
  hard: unary('HardSigmoid', { alpha: 0.3, beta: 0.4 }),
  elu: unary('Elu', { alpha: 0.7 }),
  selu: unary('Selu', { alpha: 1.5, gamma: 1.1 }),
  mean: chain(
    [1, 3, 4, 5],
    [node('Mean', ['x', 'k'], 'm'), node('Pow', ['m', 'two'], 'y')],
    [random('k', [5]), scalar('two', 2)],
  ),
  dropout: chain([1, 4], [node('Dropout', ['x', 'ratio'], 'd'), node('Identity', ['d'], 'y')], [scalar('ratio', 0.5)]),
  recurrent: chain(
    [3, 1, 4],
    [
      node('LSTM', ['x', 'w', 'r', 'b'], ['', 'h'], { hidden_size: 2, direction: 'forward' }),
      node('Squeeze', ['h', 'zero'], 'y'),
    ],
    [random('w', [1, 8, 4]), random('r', [1, 8, 2]), random('b', [1, 16]), integers('zero', [0])],
  ),
  gated: chain(
    [3, 1, 4],
    [node('GRU', ['x', 'w', 'r'], ['y'], { hidden_size: 2, linear_before_reset: 1, direction: 'bidirectional' })],
    [random('w', [2, 6, 4]), random('r', [2, 6, 2])],
  ),
  sums2: chain(
    [2, 3, 4],
    [node('Einsum', ['x', 'w'], 'e', { equation: 'bij,jk->bik' }), node('Hardmax', ['e'], 'y')],
    [random('w', [4, 5])],
  ),
  chosen: chain(
    [2, 3, 4],
    [
      node('Greater', ['x', 'k'], 'g'),
      node('Where', ['g', 'x', 'k'], 'w'),
      node('CumSum', ['w', 'axis'], 'c', { exclusive: 1, reverse: 0 }),
      node('TopK', ['c', 'two'], ['t', 'i'], { axis: 1, largest: 1 }),
      node('Sign', ['t'], 'y'),
    ],
    [random('k', [3, 1]), tensor('axis', [], [2], 7), integers('two', [2])],
  ),
  sampled: chain(
    [1, 2, 4, 4],
    [node('GridSample', ['x', 'grid'], 'y', { mode: 'bilinear', padding_mode: 'zeros', align_corners: 0 })],
    [random('grid', [1, 3, 2, 2])],
  ),
  constants: chain(
    ['N', 6, 2],
    [
      node('Shape', ['x'], 's'),
      node('Gather', ['s', 'one'], 'c', { axis: 0 }),
      node('Mod', ['c', 'four'], 'm'),
      node('Range', ['zero', 'm', 'one'], 'range'),
      node('ConstantOfShape', ['c1'], 'filled', { value: tensor('', [1], [2], 7) }),
      node('Equal', ['range', 'zero'], 'first'),
      node('Where', ['first', 'four', 'range'], 'parts'),
      node('Concat', ['c1', 'parts'], 'all', { axis: 0 }),
      node('Reshape', ['x', 'shape'], 'r'),
      node('Gather', ['r', 'parts'], 'y', { axis: 1 }),
    ],
    [
      ...[tensor('zero', [], [0], 7), tensor('one', [], [1], 7), tensor('four', [], [4], 7)],
      ...[integers('c1', [2]), integers('shape', [0, -1])],
    ],
  ),
  attention: chain(
    [1, 3, 4],
    [
      node('MatMul', ['x', 'wq'], 'q'),
      node('Transpose', ['x'], 'k', { perm: [0, 2, 1] }),
      node('MatMul', ['q', 'k'], 's'),
      node('Div', ['s', 'two'], 'd'),
      node('Softmax', ['d'], 'a', { axis: -1 }),
      node('MatMul', ['a', 'x'], 'y'),
    ],
    [random('wq', [4, 4]), scalar('two', 2)],
  ),
};
