// Subgraphs of constants: what exporters leave before a Reshape or between a weight and its layer.
import { expect, test } from 'vitest';
import { expectClose } from '../../test/support/close.js';
import { testContext } from '../../test/support/device.js';
import { type FileNode, fileOf, node, type OnnxFile, tensor, writeOnnx } from '../../test/support/onnxFile.js';
import { activations } from '../scene/forward.js';
import { importOnnx } from './index.js';

async function run(file: OnnxFile, x: ArrayLike<number>) {
  const model = importOnnx(writeOnnx(file));
  const result = (await activations(await testContext(), model, Float32Array.from(x), ['y'])).get('y');
  if (!result) throw new Error('no output');
  return { ...result, types: model.layers.map((l) => l.type) };
}
const int = (name: string, values: number[], dims = [values.length]) => tensor(name, dims, values, 7);

test('sizes that are worked out from the picture’s, by way of floats', async () => {
  // ⌊H · 1.5⌋ and ⌊W · 1.5⌋, as torch.nn.functional.interpolate is exported.
  const sizes: FileNode[] = [
    node('Shape', ['x'], 'shape'),
    node('Slice', ['shape', 'two', 'four'], 'hw'),
    node('Cast', ['hw'], 'f', { to: 1 }),
    node('Mul', ['f', 'scale'], 'scaled'),
    node('Floor', ['scaled'], 'floor'),
    node('Cast', ['floor'], 'ints', { to: 7 }),
    node('Slice', ['shape', 'zero', 'two'], 'nc'),
    node('Concat', ['nc', 'ints'], 'all', { axis: 0 }),
    node('Resize', ['x', '', '', 'all'], 'y', { mode: 'nearest', coordinate_transformation_mode: 'asymmetric' }),
  ];
  const constants = [int('zero', [0]), int('two', [2]), int('four', [4]), tensor('scale', [1], [1.5])];
  const { shape, types } = await run(fileOf([1, 1, 3, 5], sizes, constants), new Float32Array(15));
  expect(shape).toEqual([1, 1, 4, 7]);
  expect(types).toEqual(['resample']);
});

test('a comparison, a choice and a range', async () => {
  const nodes = [
    node('Shape', ['x'], 's'),
    node('Gather', ['s', 'one'], 'C'),
    node('Equal', ['wanted', 'minus'], 'open'),
    node('Where', ['open', 's', 'wanted'], 'to'),
    node('Range', ['zero', 'C', 'step'], 'at'),
    node('Gather', ['x', 'at'], 'g', { axis: 1 }),
    node('Expand', ['g', 'to'], 'y'),
  ];
  const constants = [
    int('one', [1], []),
    int('wanted', [-1, 2, 2]),
    int('minus', [-1, -1, -1]),
    int('zero', [0], []),
    int('step', [2], []),
  ];
  const { shape, data } = await run(fileOf([1, 4, 1], nodes, constants), [1, 2, 3, 4]);
  expect(shape).toEqual([1, 2, 2]);
  expect(data).toEqual(Float32Array.of(1, 1, 3, 3));
});

const training = { epsilon: { float: 0 } };
for (const [form, opset, outputs, attributes] of [
  ['five outputs, opset 13', 13, ['n', 'm', 'v', 'sm', 'sv'], training],
  ['training_mode, opset 17', 17, ['n'], { training_mode: 1, ...training }],
] as const) {
  test(`weights that are standardized on the way are weights: ${form}`, async () => {
    // timm's ScaledStdConv2d: a batch normalization in training mode over the weights.
    const nodes = [
      node('Reshape', ['w', 'rows'], 'r'),
      node('BatchNormalization', ['r', 'one', 'none', 'none', 'one'], [...outputs], attributes),
      node('Reshape', ['n', 'back'], 'k'),
      node('Conv', ['x', 'k'], 'y'),
    ];
    const constants = [
      tensor('w', [2, 1, 1, 2], [1, 3, -2, 6]),
      int('rows', [1, 2, 2]),
      int('back', [2, 1, 1, 2]),
      tensor('one', [2], [1, 1]),
      tensor('none', [2], [0, 0]),
    ];
    const { data, types } = await run(fileOf([1, 1, 1, 2], nodes, constants, { opset }), [5, 7]);
    // Both rows become −1, 1.
    expectClose('y', data, [2, 2], [1, 2, 1, 1], { atol: 1e-6, rtol: 1e-6 });
    expect(types).toEqual(['conv2d']);
  });
}

test('a number that is cast like another: to a float, to a whole number, and on the device', async () => {
  const nodes = [
    node('Constant', [], 'alpha', { value_float: { float: 2.5 } }),
    node('Shape', ['x'], 'size'),
    node('CastLike', ['alpha', 'size'], 'two'),
    node('CastLike', ['two', 'x'], 'twoFloat'),
    node('CastLike', ['x', 'twoFloat'], 'same'),
    node('Mul', ['same', 'twoFloat'], 'y'),
  ];
  expect((await run(fileOf([1, 2], nodes, [], { opset: 18 }), [3, 4])).data).toEqual(Float32Array.of(6, 8));
});

test('weights that are stored as bytes, with a scale for each output', async () => {
  const nodes = [node('DequantizeLinear', ['q', 's', 'z'], 'w', { axis: 0 }), node('Conv', ['x', 'w'], 'y')];
  const byte = (name: string, dims: number[], values: number[]) => ({
    name,
    type: 3,
    dims,
    raw: new Uint8Array(Int8Array.from(values).buffer),
  });
  const constants = [byte('q', [2, 1, 1, 1], [10, -10]), byte('z', [2], [2, -2]), tensor('s', [2], [0.5, 0.25])];
  expect((await run(fileOf([1, 1, 1, 1], nodes, constants), [2])).data).toEqual(Float32Array.of(8, -4));
});

test('a constant that would take too many numbers is refused before it is made', () => {
  const nodes = [node('Expand', ['c', 'to'], 'big'), node('Add', ['x', 'big'], 'y')];
  const file = fileOf([1], nodes, [tensor('c', [1], [1]), int('to', [2 ** 20, 2 ** 10])]);
  expect(() => importOnnx(writeOnnx(file))).toThrow(
    "node 'big' (Expand) makes a constant of 1073741824 numbers; constants that a file works out may have 33554432 together",
  );
});

test('an index beyond a known list is refused', () => {
  const nodes = [node('Gather', ['c', 'nine'], 'g'), node('Reshape', ['x', 'g'], 'y')];
  const file = fileOf([1, 2], nodes, [int('c', [1, 2]), int('nine', [9])]);
  expect(() => importOnnx(writeOnnx(file))).toThrow(/Gather|Reshape/);
});

test('means of whole numbers are whole, and infinities are found as the flags say', async () => {
  const nodes = [
    node('ReduceMean', ['whole'], 'm', { keepdims: 0, axes: [1] }),
    node('Cast', ['m'], 'f', { to: 1 }),
    node('IsInf', ['ends'], 'i', { detect_positive: 0 }),
    node('Cast', ['i'], 'n', { to: 1 }),
    node('Concat', ['f', 'n'], 'c', { axis: 0 }),
    node('Add', ['x', 'c'], 'y'),
  ];
  const constants = [
    int('whole', [3, 5, -3, -4], [2, 2]),
    tensor('ends', [2], [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]),
  ];
  // −3.5 is cut to −3.
  expect((await run(fileOf([4], nodes, constants), [0, 0, 0, 0])).data).toEqual(Float32Array.of(4, -3, 0, 1));
});
