// Nodes that ONNX's operator schemas do not take: each is refused with the attribute, its value and the rule.
import { expect, test } from 'vitest';
import { type FileNode, type FileTensor, fileOf, node, tensor, writeOnnx } from '../../test/support/onnxFile.js';
import { readModel } from './onnxGraph.js';
import { checkInitializers, checkNode } from './onnxSchemaNode.js';

/** Problems of a file's last node, whose inputs are the image `x` of this shape and initializers. */
function problemsOf(x: number[], last: FileNode, tensors: FileTensor[] = [], opset = 17): string[] {
  const { graph } = readModel(writeOnnx(fileOf(x, [last], tensors, { opset })), undefined);
  const values = { known: graph.initializers, shapes: new Map([['x', x]]), kinds: new Map() };
  return checkNode(graph.nodes[0], opset, values);
}

const numbers = (name: string, dims: number[]) => tensor(name, dims, Array(dims.reduce((a, b) => a * b, 1)).fill(1));
const list = (name: string, values: number[]) => tensor(name, [values.length], values, 7);
const w = numbers('w', [4, 3, 3, 3]);
const conv = (attributes: Parameters<typeof node>[3]) => node('Conv', ['x', 'w'], 'y', attributes);
const image = [1, 3, 8, 8];

/** What is wrong → the problem it has to be told as. */
const CASES: Readonly<Record<string, readonly [string, ...Parameters<typeof problemsOf>]>> = {
  'pads of another length': [
    '(Conv): pads is [1,1,1]; it must have 4 entries, two for each of 2 spatial axes',
    image,
    conv({ pads: [1, 1, 1] }),
    [w],
  ],
  'negative pads': ['pads is [0,0,-1,0]; it must not be negative', image, conv({ pads: [0, 0, -1, 0] }), [w]],
  'one dilation for two axes': ['dilations is [2]; it must have 2 entries', image, conv({ dilations: [2] }), [w]],
  'a stride of 0': ['strides is [0,1]; it must be above 0', image, conv({ strides: [0, 1] }), [w]],
  'another kernel_shape than the weights have': [
    'kernel_shape is [5,5]; it must be [3,3], as the weights [4,3,3,3] are',
    image,
    conv({ kernel_shape: [5, 5] }),
    [w],
  ],
  'a group that does not divide the channels': [
    'group is 2; it must divide the 3 channels of the input',
    image,
    conv({ group: 2 }),
    [w],
  ],
  'no groups': ['group is 0; it must be above 0', image, conv({ group: 0 }), [w]],
  'weights for other channels': [
    'the weight is [4,3,3,3]; it must be for the 5 channels of the input [1,5,8,8] in 1 groups',
    [1, 5, 8, 8],
    conv({}),
    [w],
  ],
  'an unknown auto_pad': [
    "auto_pad is 'SAME'; it must be NOTSET, SAME_UPPER, SAME_LOWER or VALID",
    image,
    conv({ auto_pad: 'SAME' }),
    [w],
  ],
  'a pool whose pads are as large as its window': [
    'pads is [2,0,0,0]; it must be smaller than the kernel [2,2]',
    image,
    node('MaxPool', ['x'], 'y', { kernel_shape: [2, 2], pads: [2, 0, 0, 0] }),
  ],
  'a required attribute that is missing': [
    '(LRN): size is missing; LRN requires it',
    image,
    node('LRN', ['x'], 'y', {}),
  ],
  'an even size of LRN': ['size is 4; it must be odd and above 0', image, node('LRN', ['x'], 'y', { size: 4 })],
  'an attribute of another kind': [
    'alpha is an integer; it must be a float',
    image,
    node('LeakyRelu', ['x'], 'y', { alpha: 1 }),
  ],
  'an attribute that the operator does not have': [
    "Relu has no attribute 'slope' in opset 17; it has none",
    image,
    node('Relu', ['x'], 'y', { slope: 1 }),
  ],
  'too many inputs': ['it has 2 inputs; Relu takes 1', image, node('Relu', ['x', 'x'], 'y')],
  'an operator of a newer opset': [
    'opset 17 has no Gelu; it is there from opset 20 on',
    image,
    node('Gelu', ['x'], 'y'),
  ],
  'an operator that the opset no longer has': [
    'opset 17 has no Upsample any more; opset 10 removed it',
    image,
    node('Upsample', ['x'], 'y'),
  ],
  'floats where integers have to be': [
    "input shape 'w' holds floats, which it does not take",
    image,
    node('Reshape', ['x', 'w'], 'y'),
    [w],
  ],
  'a required input that is left out': [
    'input data is left out; it is required',
    image,
    node('Reshape', ['', 's'], 'y'),
    [list('s', [3])],
  ],
  'numbers of two types': [
    "input B 'i' holds integers and A floats; they must be of one type",
    image,
    node('Add', ['w', 'i'], 'y'),
    [w, list('i', [3])],
  ],
  'a list that is a matrix': [
    'input shape is [1,2]; it must be a list, of one axis',
    image,
    node('Reshape', ['x', 's'], 'y'),
    [tensor('s', [1, 2], [3, 64], 7)],
  ],
  'an axis beyond the rank': [
    'axis is 7; it must be from -4 to 4, for the input [1,3,8,8]',
    image,
    node('Flatten', ['x'], 'y', { axis: 7 }),
  ],
  'an axis before the first': [
    'axis is -5; it must be from -4 to 3, for the input [1,3,8,8]',
    image,
    node('Softmax', ['x'], 'y', { axis: -5 }),
  ],
  'an axis of a reduction beyond the rank': [
    'axes is 4; it must be from -4 to 3, for 4 axes',
    image,
    node('ReduceMean', ['x'], 'y', { axes: [1, 4] }),
  ],
  'an axis named twice': [
    'axes is [0,-6]; it must name each axis once',
    image,
    node('Unsqueeze', ['x', 'a'], 'y'),
    [list('a', [0, -6])],
  ],
  'a flag that engines read differently': [
    'keepdims is 2; it must be 0 or 1',
    image,
    node('ReduceMean', ['x'], 'y', { keepdims: 2 }),
  ],
  'a perm that is no permutation': [
    'perm is [0,1,1,2]; it must name each of the 4 axes of [1,3,8,8] once',
    image,
    node('Transpose', ['x'], 'y', { perm: [0, 1, 1, 2] }),
  ],
  'a squeezed axis that is not 1': [
    'axes is [1]; it must name axes of size 1 of [1,3,8,8]',
    image,
    node('Squeeze', ['x', 'a'], 'y'),
    [list('a', [1])],
  ],
  'parts that do not add up': [
    'split is [1,1]; it must add up to 3, the size of axis 1',
    image,
    node('Split', ['x', 'l'], ['y', 'z'], { axis: 1 }),
    [list('l', [1, 1])],
  ],
  'concatenated maps of other sizes': [
    'inputs [1,3,8,8] and [1,3,8,7] must have the same sizes in all axes but axis 1',
    image,
    node('Concat', ['x', 'c'], 'y', { axis: 1 }),
    [numbers('c', [1, 3, 8, 7])],
  ],
  'a step of 0': [
    'steps is [0]; it must not be 0',
    image,
    node('Slice', ['x', 's', 'e', 'a', 'p'], 'y'),
    [list('s', [0]), list('e', [2]), list('a', [1]), list('p', [0])],
  ],
  'two sizes left open': [
    'shape is [-1,-1]; it must have one −1 at most',
    image,
    node('Reshape', ['x', 's'], 'y'),
    [list('s', [-1, -1])],
  ],
  'an index beyond the axis': [
    'index 3 is outside axis 1 of [1,3,8,8]',
    image,
    node('Gather', ['x', 'i'], 'y', { axis: 1 }),
    [list('i', [0, 3])],
  ],
  'pads for too few axes': [
    'pads is [1,1]; it must have 8 entries, two per axis',
    image,
    node('Pad', ['x', 'p'], 'y'),
    [list('p', [1, 1])],
  ],
  'an unknown way of padding': [
    "mode is 'mirror'; it must be constant, reflect, edge or wrap",
    image,
    node('Pad', ['x', 'p'], 'y', { mode: 'mirror' }),
    [list('p', [0, 0, 1, 1, 0, 0, 1, 1])],
  ],
  'an unknown way to place pixels': [
    "coordinate_transformation_mode is 'xyz'; it must be half_pixel,",
    image,
    node('Resize', ['x', '', 's'], 'y', { coordinate_transformation_mode: 'xyz' }),
    [tensor('s', [4], [1, 1, 2, 2])],
  ],
  'a block that does not divide the channels': [
    'blocksize is 2; it must have a square that divides the 3 channels',
    image,
    node('DepthToSpace', ['x'], 'y', { blocksize: 2 }),
  ],
  'shapes that do not broadcast': [
    'inputs [1,3,8,8] and [1,2,8,8] do not broadcast to one shape',
    image,
    node('Add', ['x', 'c'], 'y'),
    [numbers('c', [1, 2, 8, 8])],
  ],
  'axis without broadcast before opset 7': [
    'axis is 1; it must come with broadcast=1',
    image,
    node('Add', ['x', 'c'], 'y', { axis: 1 }),
    [numbers('c', [3])],
    6,
  ],
  'a factor of another size': [
    'the last axis of [1,6] must be 5, as the rows of [5,2]',
    [1, 6],
    node('MatMul', ['x', 'm'], 'y'),
    [numbers('m', [5, 2])],
  ],
  'statistics of another size': [
    'mean is [2]; it must be [3], one per channel of [1,3,8,8]',
    image,
    node('BatchNormalization', ['x', 's', 's', 'm', 's'], 'y'),
    [numbers('s', [3]), numbers('m', [2])],
  ],
  'groups that do not divide the channels': [
    'num_groups is 2; it must divide the 3 channels of [1,3,8,8]',
    image,
    node('GroupNormalization', ['x', 's', 's'], 'y', { num_groups: 2 }),
    [numbers('s', [3])],
    18,
  ],
  'weights of an LSTM of another size': [
    'R is [1,16,5]; it must be [1,16,4], for 1 directions of 4 units',
    [2, 1, 3],
    node('LSTM', ['x', 'w3', 'r'], 'y', { hidden_size: 4 }),
    [numbers('w3', [1, 16, 3]), numbers('r', [1, 16, 5])],
  ],
};

for (const [name, [problem, ...args]] of Object.entries(CASES)) {
  test(`${name}: refused`, () => {
    const problems = problemsOf(...args);
    expect(problems.length).toBe(1);
    expect(problems[0]).toContain(problem);
    expect(problems[0]).toMatch(/^node 'y' \(\w+\): /);
  });
}

test('what ONNX takes is taken: negative axes, names of engines, old operators in their opset', () => {
  expect(problemsOf(image, conv({ strides: [2, 1], kernel_shape: [3, 3], __note: 'x' }), [w])).toEqual([]);
  expect(problemsOf(image, node('Softmax', ['x'], 'y', { axis: -4 }))).toEqual([]);
  expect(problemsOf(image, node('Flatten', ['x'], 'y', { axis: 4 }))).toEqual([]);
  expect(problemsOf(image, node('Upsample', ['x', 's'], 'y'), [tensor('s', [4], [1, 1, 2, 2])], 9)).toEqual([]);
  const six = node('Add', ['x', 'c'], 'y', { axis: 1, broadcast: 1 });
  expect(problemsOf(image, six, [numbers('c', [3])], 6)).toEqual([]);
});

test('other domains are taken as they are', () => {
  const foreign = { ...node('Relu', ['x', 'x'], 'y', { slope: 1 }), domain: 'com.example' };
  expect(problemsOf(image, foreign)).toEqual([]);
});

test('an initializer that is declared as another input than it is', () => {
  const file = fileOf(image, [conv({})], [w]);
  const declared = (shape: number[], type = 1) => {
    const inputs = [...file.inputs, { name: 'w', type, shape }];
    const { graph } = readModel(writeOnnx({ ...file, inputs }), undefined);
    return checkInitializers(graph.inputs, graph.initializers);
  };
  expect(declared([4, 3, 3, 3])).toEqual([]);
  expect(declared([4, 3, 5, 5])).toEqual([
    "initializer 'w' is [4,3,3,3]; the graph's input of that name says [4,3,5,5]",
  ]);
  expect(declared([4, 3, 3, 3], 7)).toEqual([
    "initializer 'w' holds floats; the graph's input of that name says integers",
  ]);
});
