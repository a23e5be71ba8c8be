// What graphs of ONNX files say beyond their nodes: functions, domains, order, control flow, names, layouts, sizes, tails.
import { describe, expect, test } from 'vitest';
import { expectClose } from '../../test/support/close.js';
import { testContext } from '../../test/support/device.js';
import { type FileNode, fileOf, graphOf, node, type OnnxFile, tensor, writeOnnx } from '../../test/support/onnxFile.js';
import { sizeOf } from '../core/shape.js';
import { arrangeInput } from '../scene/arrange.js';
import { activations } from '../scene/forward.js';
import { importOnnx, type OnnxOptions } from './index.js';

const open = (file: OnnxFile, options?: OnnxOptions) => importOnnx(writeOnnx(file), options);

/** Distinct numbers around 0. */
const numbers = (n: number): Float32Array => Float32Array.from({ length: n }, (_, i) => Math.sin(i * 1.7 + 0.3));
const filledTensor = (name: string, dims: number[]) => tensor(name, dims, Array.from(numbers(sizeOf(dims))));

async function run(file: OnnxFile, x: Float32Array, name = 'y', options?: OnnxOptions) {
  const result = (await activations(await testContext(), open(file, options), x, [name])).get(name);
  if (!result) throw new Error('no output');
  return result;
}

/** Equal numbers; a zero of either sign is zero. */
const expectNumbers = (got: Float32Array, want: readonly number[]) =>
  expect(Array.from(got, (v) => v + 0)).toEqual(want);

const named = (name: string, n: FileNode): FileNode => ({ ...n, name });

describe('functions and domains', () => {
  const scaledRelu = {
    domain: 'my.ops',
    name: 'Relu',
    inputs: ['a'],
    outputs: ['b'],
    nodes: [node('Neg', ['a'], 'n'), node('Relu', ['n'], 'b')],
  };

  test('a function of the file stands for its nodes, whatever ONNX calls by that name', async () => {
    const call = { ...node('Relu', ['x'], 'y'), domain: 'my.ops' };
    const file = fileOf([1, 3], [call], [], { domains: [['my.ops', 1]], functions: [scaledRelu] });
    expectNumbers((await run(file, Float32Array.of(1, -2, 3))).data, [0, 2, 0]);
  });

  test('two calls of a function that calls another are apart', async () => {
    const twice = {
      domain: 'my.ops',
      name: 'Twice',
      inputs: ['a'],
      outputs: ['b'],
      nodes: [{ ...node('Relu', ['a'], 'once'), domain: 'my.ops' }, node('Add', ['once', 'once'], 'b')],
    };
    const call = (i: string, o: string) => ({ ...node('Twice', [i], o), domain: 'my.ops' });
    const file = fileOf([1, 2], [call('x', 'h'), node('Neg', ['h'], 'm'), call('m', 'y')], [], {
      domains: [['my.ops', 1]],
      functions: [scaledRelu, twice],
    });
    // −x cut at 0 and doubled, then the same of its negative.
    expectNumbers((await run(file, Float32Array.of(3, -2))).data, [0, 8]);
  });

  test('a function that calls itself is refused', () => {
    const self = { ...scaledRelu, nodes: [{ ...node('Relu', ['a'], 'b'), domain: 'my.ops' }] };
    const file = fileOf([1, 2], [{ ...node('Relu', ['x'], 'y'), domain: 'my.ops' }], [], { functions: [self] });
    expect(() => open(file)).toThrow(/function 'my.ops::Relu' is called more than 64 deep/);
  });

  test('an operator of another domain is not ONNX’s of that name', () => {
    const file = fileOf([1, 2], [{ ...node('Relu', ['x'], 'y'), domain: 'other' }], [], { domains: [['other', 1]] });
    expect(() => open(file)).toThrow("other::Relu (y: an operator of the domain 'other', which is not ONNX's Relu)");
  });
});

describe('order and control flow', () => {
  test('nodes out of order are sorted', async () => {
    const file = fileOf([1, 2], [node('Neg', ['h'], 'y'), node('Relu', ['x'], 'h')]);
    const swapped = { ...file, outputs: [{ name: 'y', type: 1, shape: [] }] };
    expectNumbers((await run(swapped, Float32Array.of(1, -2))).data, [-1, 0]);
  });

  const branches = (condition: number): OnnxFile => {
    const choose: FileNode = {
      ...node('If', ['c'], 'y'),
      attributes: [
        graphOf('then_branch', [node('Neg', ['x'], 'r')], [], ['r']),
        graphOf('else_branch', [node('Abs', ['x'], 'r')], [], ['r']),
      ],
    };
    return fileOf([1, 2], [choose], [{ name: 'c', type: 9, dims: [], raw: Uint8Array.of(condition) }]);
  };
  test('an If on a known condition is its branch', async () => {
    expectNumbers((await run(branches(1), Float32Array.of(1, -2))).data, [-1, 2]);
    expectNumbers((await run(branches(0), Float32Array.of(1, -2))).data, [1, 2]);
  });

  test('an If on the picture is refused with that reason', () => {
    const file = branches(1);
    const less = node('ReduceMax', ['x'], 'c', { keepdims: 0 });
    expect(() => open({ ...file, tensors: [], nodes: [less, ...file.nodes] })).toThrow(
      'If (y: its condition is computed from the picture)',
    );
  });

  test('a Loop of known rounds is written out, with what it carries and what it collects', async () => {
    const body = graphOf(
      'body',
      [node('Add', ['h', 'x'], 'next'), node('Identity', ['go'], 'goes'), node('Neg', ['next'], 'row')],
      ['i', 'go', 'h'],
      ['goes', 'next', 'row'],
    );
    const loop: FileNode = { ...node('Loop', ['n', '', 'x'], ['last', 'rows']), attributes: [body] };
    const file = fileOf([2], [loop, node('Identity', ['rows'], 'y')], [tensor('n', [], [3], 7)]);
    const { shape, data } = await run(file, Float32Array.of(1, -2), 'y', { inputShape: [2] });
    expect(shape).toEqual([3, 2]);
    expectNumbers(data, [-2, 4, -3, 6, -4, 8]);
  });
});

describe('names', () => {
  test('a blob’s name shows that blob, whatever a node is called', async () => {
    const file = fileOf([1, 2], [named('y', node('Relu', ['x'], 'h')), node('Neg', ['h'], 'y')]);
    expectNumbers((await run(file, Float32Array.of(1, -2), 'y')).data, [-1, 0]);
    expectNumbers((await run(file, Float32Array.of(1, -2), 'h')).data, [1, 0]);
  });

  test('a bias that is an op of its own leaves the blob before it as it is', async () => {
    const nodes = [node('MatMul', ['x', 'w'], 'm'), node('Add', ['m', 'b'], 'y')];
    const file = fileOf([1, 2], nodes, [tensor('w', [2, 2], [1, 2, 3, 4]), tensor('b', [2], [10, 20])]);
    const x = Float32Array.of(1, 1);
    expectNumbers((await run(file, x, 'm')).data, [4, 6]);
    expectNumbers((await run(file, x, 'y')).data, [14, 26]);
  });

  for (const [shape, want] of [
    [
      [2, 1],
      [14, 16, 24, 26],
    ],
    [[1], [14, 16]],
    [
      [1, 2],
      [14, 26],
    ],
  ] as const) {
    test(`a bias [${shape}] broadcasts by NumPy’s rules`, async () => {
      const nodes = [node('MatMul', ['x', 'w'], 'm'), node('Add', ['b', 'm'], 'y')];
      const b = tensor('b', [...shape], sizeOf(shape) === 1 ? [10] : [10, 20]);
      const file = fileOf([1, 2], nodes, [tensor('w', [2, 2], [1, 2, 3, 4]), b]);
      expectNumbers((await run(file, Float32Array.of(1, 1))).data, [...want]);
    });
  }
});

describe('inputs', () => {
  const conv = node('Conv', ['t', 'w'], 'c', { pads: [1, 1, 1, 1] });
  const w = filledTensor('w', [2, 3, 3, 3]);

  test('channels last are recognised by the first map, and the image is NCHW', async () => {
    const file = fileOf(['N', 4, 5, 3], [node('Transpose', ['x'], 't', { perm: [0, 3, 1, 2] }), conv], [w]);
    const model = open(file);
    expect(model.input).toMatchObject({ name: 'x', shape: [1, 3, 4, 5], layout: 'nhwc' });
    expect(model.notes?.join()).toContain('NHWC');
    const plain = fileOf(['N', 3, 4, 5], [{ ...conv, inputs: ['x', 'w'] }], [w]);
    const x = numbers(2 * 60);
    const want = await run(plain, x, 'c');
    expectClose('c', (await run(file, x, 'c')).data, want.data, want.shape, { atol: 0, rtol: 0 });
    // The file's own transpose costs nothing: the image goes in as it is.
    expect(model.layers.map((l) => l.type)).toEqual(['identity', 'conv2d']);
  });

  test('an array in the file’s layout or the model’s is an input; any other shape is not', () => {
    const { input } = open(fileOf(['N', 4, 5, 3], [node('Transpose', ['x'], 't', { perm: [0, 3, 1, 2] }), conv], [w]));
    const image = numbers(120);
    const last = Float32Array.from(image, (_, i) => {
      const [n, pixel, c] = [Math.floor(i / 60), Math.floor(i / 3) % 20, i % 3];
      return image[n * 60 + c * 20 + pixel];
    });
    expect(arrangeInput(input, { shape: [2, 4, 5, 3], data: last }).data).toEqual(image);
    expect(arrangeInput(input, { shape: [2, 3, 4, 5], data: image }).data).toEqual(image);
    expect(() => arrangeInput(input, { shape: [2, 5, 4, 3], data: last })).toThrow(
      'takes an array [1,4,5,3] or [1,3,4,5], got [2,5,4,3]',
    );
  });

  test('arithmetic before the file’s transpose works on its own layout', async () => {
    const nodes = [
      node('Sub', ['x', 'mean'], 's'),
      node('Transpose', ['s'], 't', { perm: [0, 3, 1, 2] }),
      { ...conv, outputs: ['y'] },
    ];
    const file = fileOf([1, 4, 5, 3], nodes, [w, tensor('mean', [3], [1, 2, 3])]);
    const plain = fileOf(
      [1, 3, 4, 5],
      [node('Sub', ['x', 'mean'], 't'), { ...conv, outputs: ['y'] }],
      [w, tensor('mean', [3, 1, 1], [1, 2, 3])],
    );
    const x = numbers(60);
    const want = await run(plain, x);
    expectClose('y', (await run(file, x)).data, want.data, want.shape, { atol: 1e-6, rtol: 1e-6 });
  });

  test('a file without maps is taken by its sizes: 28x28x1 are channels last', () => {
    const flat = (shape: number[]) => open(fileOf(shape, [node('Flatten', ['x'], 'y')])).input;
    expect(flat([1, 28, 28, 1])).toMatchObject({ shape: [1, 1, 28, 28], layout: 'nhwc' });
    expect(flat([1, 1, 28, 28]).layout).toBe(undefined);
    expect(flat([1, 3, 8, 3]).layout).toBe(undefined);
  });

  test('an image without a batch gets one, and more', async () => {
    const file = fileOf(
      [3, 4, 5],
      [node('Unsqueeze', ['x', 'a'], 't'), { ...conv, outputs: ['y'] }],
      [w, tensor('a', [1], [0], 7)],
    );
    expect(open(file).input).toMatchObject({ shape: [1, 3, 4, 5], layout: 'chw' });
    const plain = fileOf([1, 3, 4, 5], [{ ...conv, inputs: ['x', 'w'], outputs: ['y'] }], [w]);
    const x = numbers(3 * 60);
    const want = await run(plain, x);
    expectClose('y', (await run(file, x)).data, want.data, want.shape, { atol: 0, rtol: 0 });
  });

  test('open height and width take a default that is said, and the caller’s', () => {
    const file = fileOf(['N', 3, 'H', 'W'], [{ ...conv, inputs: ['x', 'w'] }], [w]);
    expect(open(file).input.shape).toEqual([1, 3, 224, 224]);
    expect(open(file).notes?.join()).toContain('224x224 is taken');
    expect(open(file, { size: [32, 48] }).input.shape).toEqual([1, 3, 32, 48]);
    const fixed = fileOf([1, 3, 8, 8], [{ ...conv, inputs: ['x', 'w'] }], [w]);
    expect(() => open(fixed, { size: [16, 16] })).toThrow("the file fixes the height and width of 'x' at 8x8");
  });

  test('an open size that does not fit the weights at the end is another one', () => {
    const nodes = [{ ...conv, inputs: ['x', 'w'] }, node('Flatten', ['c'], 'f'), node('Gemm', ['f', 'g'], 'y')];
    const file = fileOf(['N', 3, 'H', 'W'], nodes, [w, filledTensor('g', [2 * 32 * 32, 4])]);
    expect(open(file).input.shape).toEqual([1, 3, 32, 32]);
    expect(open(file).notes?.join()).toContain('32x32 is taken');
    expect(() => open(file, { size: [16, 16] })).toThrow('512 columns, 2048 rows');
  });

  test('channels that a reshape adds behind, or a split turns round, are followed', () => {
    const grey = fileOf(
      ['N', 28, 20],
      [
        node('Reshape', ['x', 's'], 'r'),
        node('Transpose', ['r'], 't', { perm: [0, 3, 1, 2] }),
        node('Conv', ['t', 'v'], 'y'),
      ],
      [tensor('s', [4], [-1, 28, 20, 1], 7), filledTensor('v', [2, 1, 3, 3])],
    );
    expect(open(grey).input).toMatchObject({ shape: [1, 1, 28, 20], layout: 'nhw' });
    const bgr = fileOf(
      [1, 9, 8, 3],
      [
        node('Split', ['x'], ['r', 'g', 'b'], { axis: 3 }),
        node('Concat', ['b', 'g', 'r'], 's', { axis: 3 }),
        node('Transpose', ['s'], 't', { perm: [0, 3, 1, 2] }),
        conv,
      ],
      [w],
    );
    expect(open(bgr).input).toMatchObject({ shape: [1, 3, 9, 8], layout: 'nhwc' });
  });

  test('weights and biases that the net computes are those of its convolution', async () => {
    const nodes = [
      node('Abs', ['w'], 'v'),
      node('ReduceSum', ['x', 'all'], 's', { keepdims: 0 }),
      node('Mul', ['s', 'b'], 'bias'),
      node('Conv', ['x', 'v', 'bias'], 'y'),
    ];
    const tensors = [
      tensor('w', [2, 1, 1, 1], [-1, 2]),
      tensor('b', [2], [1, 10]),
      tensor('all', [4], [0, 1, 2, 3], 7),
    ];
    const file = fileOf([1, 1, 1, 2], nodes, tensors);
    expectNumbers((await run(file, Float32Array.of(3, 5))).data, [11, 13, 86, 90]);
  });

  test('open channels are those that the first convolution takes', () => {
    const file = fileOf(['N', 'C', 8, 8], [{ ...conv, inputs: ['x', 'w'] }], [w]);
    expect(open(file).input.shape).toEqual([1, 3, 8, 8]);
  });
});

describe('ends', () => {
  const conv = node('Conv', ['x', 'w'], 'c');
  const w = filledTensor('w', [2, 3, 3, 3]);
  const tail = node('NonMaxSuppression', ['c', 'c'], 'y');

  test('an unsupported end is left out, and said', () => {
    const model = open(fileOf([1, 3, 8, 8], [conv, tail], [w]));
    expect(model).toMatchObject({ partial: true });
    expect(model.layers.map((l) => l.name)).toEqual(['c']);
    expect(model.notes?.join()).toMatch(/'y' \(NonMaxSuppression.*ends with 'c'.*--until/);
  });

  test('convolutions behind an unsupported layer are no end: the net is refused, with where it opens up to', () => {
    const later = node('Conv', ['y', 'w'], 'z');
    expect(() => open(fileOf([1, 3, 8, 8], [conv, tail, later], [w]))).toThrow(
      /1 unsupported layer: NonMaxSuppression.*opens up to 'c' with until/,
    );
  });

  test('until chooses the last layer, by its blob or its node, and what comes after it does not matter', () => {
    const file = fileOf([1, 3, 8, 8], [named('first', conv), tail, node('Conv', ['y', 'w'], 'z')], [w]);
    for (const until of ['c', 'first']) {
      const model = open(file, { until });
      expect(model.layers.map((l) => l.output)).toEqual(['c']);
      expect(model.partial).toBe(undefined);
    }
    expect(() => open(file, { until: 'firs' })).toThrow("Did you mean 'first'?");
  });

  test('an output that no node makes is refused', () => {
    const file = { ...fileOf([1, 3, 8, 8], [conv], [w]), outputs: [{ name: 'nope', type: 1, shape: [] }] };
    expect(() => open(file)).toThrow("the graph's output 'nope' is made by no node");
  });
});

describe('a batch is so many pictures, each by itself', () => {
  const int = (name: string, values: number[]) => tensor(name, [values.length], values, 7);
  interface Case {
    readonly input?: number[];
    readonly nodes: FileNode[];
    readonly tensors?: ReturnType<typeof tensor>[];
    /** The pictures go through one by one. */
    readonly alone?: true;
  }
  const cases: Record<string, Case> = {
    'a reshape to the file’s batch': {
      nodes: [node('Reshape', ['x', 's'], 'y')],
      tensors: [int('s', [1, 12, 4])],
    },
    'heads beside the pictures': {
      nodes: [
        node('Reshape', ['x', 's'], 'r'),
        node('Transpose', ['r'], 't', { perm: [1, 0, 2] }),
        node('Reshape', ['t', 'h'], 'q'),
        node('Transpose', ['q'], 'a', { perm: [1, 0, 2] }),
        node('Transpose', ['a'], 'b', { perm: [0, 2, 1] }),
        node('MatMul', ['a', 'b'], 'm'),
        node('Softmax', ['m'], 'y', { axis: -1 }),
      ],
      tensors: [int('s', [1, 6, 8]), int('h', [6, 2, 4])],
    },
    windows: {
      nodes: [
        node('Reshape', ['x', 's'], 'r'),
        node('Transpose', ['r'], 't', { perm: [0, 2, 4, 1, 3, 5] }),
        node('Reshape', ['t', 'w'], 'v'),
        node('Softmax', ['v'], 'p', { axis: 1 }),
        node('Reshape', ['p', 'b'], 'u'),
        node('Transpose', ['u'], 'y', { perm: [0, 3, 1, 4, 2, 5] }),
      ],
      tensors: [int('s', [1, 3, 2, 2, 2, 2]), int('w', [4, 6, 2]), int('b', [1, 2, 2, 3, 2, 2])],
    },
    'a class token that is joined': {
      nodes: [
        node('Reshape', ['x', 's'], 'r'),
        node('Concat', ['token', 'r'], 'j', { axis: 1 }),
        node('ReduceMean', ['j'], 'y', { axes: [2], keepdims: 0 }),
      ],
      tensors: [int('s', [1, 6, 8]), filledTensor('token', [1, 1, 8])],
    },
    'an expand to the file’s batch, and a division by it': {
      nodes: [
        node('Flatten', ['x'], 'f'),
        node('ReduceL2', ['f'], 'n', { axes: [1], keepdims: 1 }),
        node('Shape', ['f'], 'shape'),
        node('Expand', ['n', 'shape'], 'e'),
        node('Div', ['f', 'e'], 'y'),
      ],
    },
    'a batch of four in the file': {
      input: [4, 3, 4, 4],
      nodes: [node('GlobalAveragePool', ['x'], 'p'), node('Reshape', ['p', 's'], 'y')],
      tensors: [int('s', [4, -1])],
    },
    'a token for each of the file’s four pictures': {
      input: [4, 3, 4, 4],
      nodes: [
        node('Reshape', ['x', 's'], 'r'),
        node('Expand', ['token', 'e'], 't'),
        node('Concat', ['t', 'r'], 'y', { axis: 1 }),
      ],
      tensors: [int('s', [4, 6, 8]), int('e', [4, 1, 1]), filledTensor('token', [1, 1, 8])],
    },
    'an Einsum of pictures that lie differently': {
      nodes: [
        node('Transpose', ['x'], 't', { perm: [1, 0, 2, 3] }),
        node('Reshape', ['t', 's'], 'p'),
        node('Reshape', ['x', 's'], 'q'),
        node('Einsum', ['p', 'q'], 'y', { equation: 'ck,ck->ck' }),
      ],
      tensors: [int('s', [3, 16])],
      alone: true,
    },
    'one number of each picture, without an axis': {
      nodes: [node('ReduceMean', ['x'], 'y', { keepdims: 0 })],
      alone: true,
    },
    'mean and variance over the maps': { nodes: [node('MeanVarianceNormalization', ['x'], 'y')] },
    'pads, tiles and slices of every axis': {
      nodes: [
        node('Pad', ['x', 'p'], 'a', { mode: 'reflect' }),
        node('Tile', ['a', 't'], 'b'),
        node('Slice', ['b', 'from', 'to', 'axes'], 'y'),
      ],
      tensors: [
        int('p', [0, 0, 1, 1, 0, 0, 1, 1]),
        int('t', [1, 2, 1, 1]),
        int('from', [0, 1]),
        int('to', [1, 5]),
        int('axes', [0, 2]),
      ],
    },
    'a softmax over the batch’s own axis': { nodes: [node('Softmax', ['x'], 'y', { axis: 0 })], alone: true },
    'a mean of everything': { nodes: [node('ReduceMean', ['x'], 'y', { keepdims: 1 })], alone: true },
    'a sum over the first axis': { nodes: [node('ReduceSum', ['x', 'a'], 'y')], tensors: [int('a', [0])], alone: true },
    'numbers of several axes in one': {
      nodes: [node('Reshape', ['x', 's'], 'v'), node('Softmax', ['v'], 'y', { axis: 0 })],
      tensors: [int('s', [48])],
      alone: true,
    },
  };
  for (const [name, { input = [1, 3, 4, 4], nodes, tensors = [], alone }] of Object.entries(cases)) {
    test(name, async () => {
      const ctx = await testContext();
      const model = open(fileOf(input, nodes, tensors));
      expect(model.batch?.size).toBe(alone && 1);
      const x = numbers(3 * 48);
      const together = (await activations(ctx, model, x, ['y'])).get('y');
      const singles: number[] = [];
      for (let n = 0; n < 3; n++) {
        const one = (await activations(ctx, model, x.slice(48 * n, 48 * (n + 1)), ['y'])).get('y');
        singles.push(...(one?.data ?? []));
      }
      expectClose('y', together?.data ?? [], singles, together?.shape ?? [], { atol: 1e-6, rtol: 1e-6 });
    });
  }

  const values = (name: string, shape: number[]) => ({ name, type: 1, shape });
  const together = async (file: OnnxFile, x2: { shape: number[]; data: Float32Array }, x = numbers(3 * 48)) => {
    const model = open(file);
    const got = await activations(await testContext(), model, x, ['y'], { inputs: { x2 } });
    return { sides: model.sides, data: got.get('y')?.data ?? new Float32Array(), shape: got.get('y')?.shape ?? [] };
  };

  test('an input that all pictures share is not given once for each', async () => {
    const nodes = [
      node('ReduceSum', ['x2', 'first'], 's', { keepdims: 0 }),
      node('Reshape', ['s', 'c'], 'f'),
      node('Mul', ['x', 'f'], 'y'),
    ];
    const file = fileOf([1, 3, 4, 4], nodes, [int('first', [0]), int('c', [3, 1, 1])], {
      inputs: [values('x', [1, 3, 4, 4]), values('x2', [1, 3])],
    });
    const x = numbers(3 * 48);
    const { sides, data, shape } = await together(file, { shape: [1, 3], data: Float32Array.of(1, 10, 100) }, x);
    expect(sides).toEqual([{ name: 'x2', shape: [1, 3], perPicture: false }]);
    const want = Array.from(x, (v, i) => v * 10 ** (Math.floor(i / 16) % 3));
    expectClose('y', data, want, shape, { atol: 1e-5, rtol: 1e-5 });
    await expect(together(file, { shape: [3, 3], data: new Float32Array(9) })).rejects.toThrow(
      "input 'x2': all pictures share it, so it is [1,3], got [3,3]",
    );
  });

  test('pairs that go through one by one are compared each with its own', async () => {
    const nodes = [node('Sub', ['x', 'x2'], 'd'), node('ReduceL2', ['d'], 'y', { keepdims: 0 })];
    const file = fileOf([1, 3, 4, 4], nodes, [], {
      inputs: [values('x', [1, 3, 4, 4]), values('x2', [1, 3, 4, 4])],
    });
    const x = numbers(3 * 48);
    const other = Float32Array.from(x, (v) => v * v);
    const distance = (n: number, m: number) =>
      Math.hypot(...Array.from({ length: 48 }, (_, i) => x[n * 48 + i] - other[m * 48 + i]));
    const pairs = await together(file, { shape: [3, 3, 4, 4], data: other }, x);
    expectClose(
      'pairs',
      pairs.data,
      [0, 1, 2].map((n) => distance(n, n)),
      [3],
      { atol: 1e-4, rtol: 1e-5 },
    );
    const one = await together(file, { shape: [1, 3, 4, 4], data: other.slice(0, 48) }, x);
    expectClose(
      'one',
      one.data,
      [0, 1, 2].map((n) => distance(n, 0)),
      [3],
      { atol: 1e-4, rtol: 1e-5 },
    );
  });

  test('a batch that cannot be opened is refused with its reason', async () => {
    const nodes = [node('Softmax', ['x'], 'y', { axis: 0 })];
    const model = open(fileOf([2, 3, 4, 4], nodes));
    expect(model.batch).toMatchObject({ size: 2 });
    await expect(activations(await testContext(), model, numbers(48), ['y'])).rejects.toThrow(
      /takes exactly 2 pictures at once, got 1: layer 'y' \(softmax\) may join numbers of several pictures/,
    );
  });
});
