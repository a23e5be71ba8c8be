// How rules of ONNX's operators read their nodes: attributes, inputs that are left out, what is refused, several outputs,
// values without elements. What the layers compute is tested beside them.
import { describe, expect, test } from 'vitest';
import { testContext } from '../../test/support/device.js';
import { type FileNode, type FileTensor, fileOf, node, tensor, writeOnnx } from '../../test/support/onnxFile.js';
import { activations } from '../scene/forward.js';
import { importOnnx } from './index.js';

const open = (x: (number | string)[], nodes: FileNode[], tensors: FileTensor[] = [], opset = 20) =>
  importOnnx(writeOnnx(fileOf(x, nodes, tensors, { opset })));

/** What a file of one output gives for x. */
async function run(x: (number | string)[], nodes: FileNode[], tensors: FileTensor[], values: readonly number[]) {
  const last = nodes[nodes.length - 1].outputs[0];
  const got = await activations(await testContext(), open(x, nodes, tensors), Float32Array.from(values), [last]);
  const { shape, data } = got.get(last) ?? { shape: [], data: [] };
  return { shape: [...shape], data: [...data] };
}

describe('values without elements', () => {
  test('a slice that leaves nothing adds nothing to a concatenation', async () => {
    const ints = (name: string, ...values: number[]) => tensor(name, [values.length], values, 7);
    const nodes = [
      node('Slice', ['x', 'start', 'end', 'axis'], 'nothing'),
      node('Concat', ['nothing', 'x', 'none'], 'y', { axis: 1 }),
    ];
    const tensors = [ints('start', 5), ints('end', 9), ints('axis', 1), tensor('none', [1, 0], [])];
    expect(await run([1, 3], nodes, tensors, [1, 2, 3])).toEqual({ shape: [1, 3], data: [1, 2, 3] });
  });

  test('parts of no size are known, and the others are cut', async () => {
    const nodes = [
      node('Split', ['x', 'sizes'], ['a', 'b', 'c'], { axis: 1 }),
      node('Concat', ['c', 'b', 'a'], 'y', { axis: 1 }),
    ];
    const tensors = [tensor('sizes', [3], [1, 0, 2], 7)];
    expect(await run([1, 3], nodes, tensors, [1, 2, 3])).toEqual({ shape: [1, 3], data: [2, 3, 1] });
  });

  test('a convolution that would have no output is an error', () => {
    const nodes = [node('Conv', ['x', 'w'], 'y')];
    expect(() => open([1, 1, 2, 2], nodes, [tensor('w', [1, 1, 3, 3], Array(9).fill(1))])).toThrow("layer 'y'");
  });
});

describe('several outputs', () => {
  test('TopK has values and indices, each a layer', async () => {
    const nodes = [
      node('TopK', ['x', 'k'], ['values', 'indices'], { axis: 1 }),
      node('Cast', ['indices'], 'at', { to: 1 }),
      node('Mul', ['values', 'at'], 'y'),
    ];
    const tensors = [tensor('k', [1], [2], 7)];
    expect((await run(['N', 4], nodes, tensors, [5, 7, 1, 6])).data).toEqual([7, 18]);
  });

  test('a dropout in training mode whose ratio is 0 keeps all', async () => {
    const nodes = [node('Cast', ['one'], 'training', { to: 9 }), node('Dropout', ['x', 'ratio', 'training'], 'y')];
    const tensors = [tensor('ratio', [], [0]), tensor('one', [], [1])];
    expect((await run(['N', 3], nodes, tensors, [5, 0, -1])).data).toEqual([5, 0, -1]);
  });

  test('a dropout in training mode is refused by name', () => {
    const nodes = [
      node('Cast', ['one'], 'training', { to: 9 }),
      node('Relu', ['x'], 'r'),
      node('Dropout', ['r', 'ratio', 'training'], 'y'),
    ];
    const tensors = [tensor('ratio', [], [0.5]), tensor('one', [], [1])];
    expect(() => open(['N', 3], nodes, tensors)).toThrow(/Dropout .*training_mode is 1/);
  });

  test('the mask of a dropout at inference keeps all', async () => {
    const nodes = [node('Dropout', ['x'], ['value', 'mask']), node('Where', ['mask', 'x', 'zero'], 'y')];
    expect((await run(['N', 3], nodes, [tensor('zero', [], [0])], [5, 0, -1])).data).toEqual([5, 0, -1]);
  });

  test('maxima are unpooled to where they were', async () => {
    const window = { kernel_shape: [2, 2], strides: [2, 2] };
    const nodes = [node('MaxPool', ['x'], ['max', 'at'], window), node('MaxUnpool', ['max', 'at'], 'y', window)];
    const x = [1, 2, 3, 4, 8, 7, 6, 5];
    expect((await run(['N', 1, 2, 4], nodes, [], [...x, ...x.map((v) => -v)])).data).toEqual([
      ...[0, 0, 0, 0, 8, 0, 6, 0],
      ...[-1, 0, -3, 0, 0, 0, 0, 0],
    ]);
  });

  test('an LSTM of which only the last state is read', async () => {
    const nodes = [node('LSTM', ['x', 'w', 'r'], ['', 'y'], { hidden_size: 1 }), node('Neg', ['y'], 'z')];
    const tensors = [tensor('w', [1, 4, 1], [1, 1, 1, 1]), tensor('r', [1, 4, 1], [0, 0, 0, 0])];
    const { shape, data } = await run([2, 1, 1], nodes, tensors, [0, 1]);
    const s = (v: number) => 1 / (1 + Math.exp(-v));
    expect(shape).toEqual([1, 1, 1]);
    expect(data[0]).toBeCloseTo(-s(1) * Math.tanh(s(1) * Math.tanh(1)), 6);
  });
});

test('a state of zeros for the batch of a file is one for any batch', async () => {
  const nodes = [
    node('Transpose', ['x'], 't', { perm: [1, 0, 2] }),
    node('GRU', ['t', 'w', 'r', '', '', 'h'], ['', 'y']),
    node('Neg', ['y'], 'z'),
  ];
  const tensors = [
    tensor('w', [1, 3, 1], [1, 2, 3]),
    tensor('r', [1, 3, 1], [3, 2, 1]),
    tensor('h', [1, 4, 1], [0, 0, 0, 0]),
  ];
  const net = open([4, 2, 1], nodes, tensors);
  expect(net.batch).toBeUndefined();
  const ctx = await testContext();
  const read = async (values: number[]) => [
    ...((await activations(ctx, net, Float32Array.from(values), ['y'])).get('y')?.data ?? []),
  ];
  expect(await read([1, 2, -3, 5])).toEqual([...(await read([1, 2])), ...(await read([-3, 5]))]);
});

describe('what is not supported is named', () => {
  const w = tensor('w', [1, 4, 1], [1, 1, 1, 1]);
  const r = tensor('r', [1, 4, 1], [1, 1, 1, 1]);
  for (const [what, x, nodes, tensors, message] of [
    [
      'activations',
      [2, 1, 1],
      [
        {
          ...node('LSTM', ['x', 'w', 'r'], 'y'),
          attributes: [{ name: 'activations', strings: ['Sigmoid', 'Affine', 'Tanh'] }],
        },
      ],
      [w, r],
      "activation 'Affine'; Sigmoid, Tanh, Relu are supported",
    ],
    [
      'clipping',
      [2, 1, 1],
      [node('LSTM', ['x', 'w', 'r'], 'y', { clip: { float: 3 } })],
      [w, r],
      'clip 3; no clipping is supported',
    ],
    [
      'sequences of several lengths',
      [2, 2, 1],
      [node('LSTM', ['x', 'w', 'r', '', 'lengths'], 'y')],
      [w, r, tensor('lengths', [2], [1, 2], 7)],
      'sequence_lens, which differ from the 2 steps of x or are computed',
    ],
    [
      'how scattered updates join',
      [3],
      [node('ScatterElements', ['x', 'at', 'u'], 'y', { reduction: 'mul' })],
      [tensor('at', [1], [0], 7), tensor('u', [1], [1])],
      "reduction 'mul'; none and add are supported",
    ],
    [
      'a volume seen through a grid',
      [1, 1, 2, 2, 2],
      [node('GridSample', ['x', 'g'], 'y')],
      [tensor('g', [1, 1, 1, 1, 3], [0, 0, 0])],
      'its image has 5 axes; 4 are supported',
    ],
    [
      'how many are wanted of the greatest',
      [1],
      [node('Cast', ['x'], 'k', { to: 7 }), node('TopK', ['x', 'k'], ['y', 'i'])],
      [],
      'k is computed; a k that is known is supported',
    ],
  ] as [string, number[], FileNode[], FileTensor[], string][]) {
    test(what, () => expect(() => open(x, nodes, tensors)).toThrow(message));
  }
});

describe('attention', () => {
  const heads = { q_num_heads: 1, kv_num_heads: 1 };
  test('a computed mask of booleans leaves keys out, one of floats is added', async () => {
    const masks: [string, FileNode[]][] = [
      ['booleans', [node('Greater', ['x', 'zero'], 'all'), node('Transpose', ['all'], 'mask', { perm: [0, 2, 1] })]],
      ['floats', [node('Mul', ['x', 'zero'], 'none'), node('Transpose', ['none'], 'mask', { perm: [0, 2, 1] })]],
    ];
    const got: Record<string, number[]> = {};
    for (const [name, mask] of masks) {
      const nodes = [...mask, node('Attention', ['zeros', 'zeros', 'x', 'mask'], 'y', heads)];
      const zeros = [tensor('zeros', [1, 3, 1], [0, 0, 0]), tensor('zero', [], [0])];
      const net = importOnnx(writeOnnx(fileOf([1, 3, 1], nodes, zeros, { opset: 24 })));
      const read = await activations(await testContext(), net, Float32Array.of(6, -3, 9), ['y']);
      got[name] = [...(read.get('y')?.data ?? [])];
    }
    expect(got).toEqual({ booleans: [7.5, 7.5, 7.5], floats: [4, 4, 4] });
  });
});

test('a maximum over no axes is the value itself, where the node says so', async () => {
  const nodes = [node('ReduceMax', ['x'], 'y', { noop_with_empty_axes: 1 })];
  expect(await run([1, 3], nodes, [], [3, 1, 2])).toEqual({ shape: [1, 3], data: [3, 1, 2] });
});

describe('parameters that are computed', () => {
  test('a bias that the graph makes is added, and not left out', async () => {
    const nodes = [
      node('ReduceMean', ['x', 'axes'], 'b', { keepdims: 0 }),
      node('Conv', ['x', 'w', 'b'], 'y', { kernel_shape: [1, 1] }),
    ];
    const tensors = [tensor('axes', [3], [0, 2, 3], 7), tensor('w', [1, 1, 1, 1], [2])];
    expect((await run([1, 1, 1, 3], nodes, tensors, [1, 2, 6])).data).toEqual([5, 7, 15]);
  });

  test('filters that the graph makes', async () => {
    const nodes = [
      node('ReduceMax', ['x', 'axes'], 'w', { keepdims: 1 }),
      node('Conv', ['x', 'w'], 'y', { kernel_shape: [1, 1] }),
    ];
    expect((await run([1, 1, 1, 3], nodes, [tensor('axes', [2], [2, 3], 7)], [1, 2, 3])).data).toEqual([3, 6, 9]);
  });

  test('a scale of a layer normalization', async () => {
    const nodes = [node('Abs', ['x'], 's'), node('LayerNormalization', ['x', 's'], 'y', { epsilon: { float: 0 } })];
    expect((await run([2], nodes, [], [-3, 1])).data).toEqual([-3, 1]);
  });
});

describe('what ONNX Runtime makes of other operators', () => {
  const fused = (type: string, inputs: string[], attributes: Parameters<typeof node>[3] = {}): FileNode => ({
    ...node(type, inputs, 'y', attributes),
    domain: 'com.microsoft',
  });
  const opened = (x: number[], made: FileNode, tensors: FileTensor[]) =>
    importOnnx(writeOnnx(fileOf(x, [made], tensors, { opset: 17, domains: [['com.microsoft', 1]] })));
  const of = async (x: number[], made: FileNode, tensors: FileTensor[], values: number[]) => {
    const got = await activations(await testContext(), opened(x, made, tensors), Float32Array.from(values), ['y']);
    return [...(got.get('y')?.data ?? [])].map((v) => v + 0);
  };
  const w = tensor('w', [1, 1, 1, 1], [-2]);

  test('FusedConv applies its activation', async () =>
    expect(await of([1, 1, 1, 2], fused('FusedConv', ['x', 'w'], { activation: 'Relu' }), [w], [1, -1])).toEqual([
      0, 2,
    ]));
  test('FusedMatMul transposes and scales', async () => {
    const made = fused('FusedMatMul', ['x', 'm'], { transB: 1, alpha: { float: 0.5 } });
    expect(await of([1, 2], made, [tensor('m', [3, 2], [1, 2, 3, 4, 5, 6])], [2, 4])).toEqual([5, 11, 17]);
  });
  test('SkipSimplifiedLayerNormalization divides the sum by its root mean square', async () => {
    const made = fused('SkipSimplifiedLayerNormalization', ['x', 'x', 's'], { epsilon: { float: 0 } });
    const [a, b] = await of([1, 2], made, [tensor('s', [2], [1, 10])], [3, 4]);
    expect(a).toBeCloseTo(6 / Math.sqrt(50), 6);
    expect(b).toBeCloseTo(80 / Math.sqrt(50), 5);
  });
  test('BiasGelu adds first', async () =>
    expect((await of([1, 1], fused('BiasGelu', ['x', 'b']), [tensor('b', [1], [1])], [0]))[0]).toBeCloseTo(
      0.8413447,
      5,
    ));
  test('an activation that is not known is named', () =>
    expect(() => opened([1, 1, 1, 2], fused('FusedConv', ['x', 'w'], { activation: 'Softsign' }), [w])).toThrow(
      "activation 'Softsign'; Relu, LeakyRelu, Tanh, Sigmoid, Clip, HardSigmoid are supported",
    ));
  test('MultiHeadAttention with a mask is named', () =>
    expect(() =>
      opened([1, 2, 4], fused('MultiHeadAttention', ['x', 'x', 'x', '', 'm'], { num_heads: 2 }), [
        tensor('m', [1], [2], 7),
      ]),
    ).toThrow('it has key_padding_mask; query, key and value alone are supported'));
});

describe('whole numbers', () => {
  test('are divided without a rest, known or computed', async () => {
    const nodes = [
      node('Cast', ['x'], 'a', { to: 6 }),
      node('ReduceMin', ['a', 'axes'], 'b'),
      node('Div', ['a', 'b'], 'y'),
    ];
    expect((await run([1, 3], nodes, [tensor('axes', [1], [1], 7)], [7, 2, 5])).data).toEqual([3, 1, 2]);
  });

  test('whose mean would have to be rounded are named', () => {
    const nodes = [node('Cast', ['x'], 'a', { to: 6 }), node('ReduceMean', ['a'], 'y')];
    expect(() => open([1, 3], nodes)).toThrow('it joins whole numbers, and rounds; floats are supported');
  });

  test('are divided without a rest where one of two is known', async () => {
    const nodes = [node('ArgMax', ['x'], 'at', { axis: 1, keepdims: 0 }), node('Div', ['at', 'two'], 'y')];
    expect((await run(['N', 4], nodes, [tensor('two', [], [2], 7)], [0, 0, 0, 9])).data).toEqual([1]);
  });

  test('are made of floats by a cast, towards 0', async () => {
    const nodes = [node('Cast', ['x'], 'y', { to: 7 })];
    expect((await run(['N', 4], nodes, [], [1.7, -1.7, 0.2, 3])).data.map((v) => v + 0)).toEqual([1, -1, 0, 3]);
  });
});

describe('a batch of two is two pictures', () => {
  const x = [3, 1, 2, 9, 7, 8];
  const at = tensor('at', [1, 2], [2, 0], 7);
  for (const [what, nodes, tensors] of [
    [
      'gathered by computed indices',
      [node('ArgMax', ['x'], 'i', { axis: 1 }), node('Gather', ['t', 'i'], 'y')],
      [tensor('t', [3], [5, 6, 7])],
    ],
    ['gathered element by element', [node('GatherElements', ['x', 'at'], 'y', { axis: 1 })], [at]],
    [
      'written into',
      [node('ScatterElements', ['x', 'at', 'u'], 'y', { axis: 1 })],
      [at, tensor('u', [1, 2], [50, 60])],
    ],
    [
      'one hot',
      [node('ArgMax', ['x'], 'i', { axis: 1, keepdims: 0 }), node('OneHot', ['i', 'd', 'v'], 'y')],
      [tensor('d', [1], [3], 7), tensor('v', [2], [0, 1])],
    ],
    ['1 at its maximum', [node('Hardmax', ['x'], 'y')], []],
    [
      'put back where it was',
      [
        node('Unsqueeze', ['x', 'axis'], 'm'),
        node('MaxPool', ['m'], ['p', 'i'], { kernel_shape: [2] }),
        node('MaxUnpool', ['p', 'i'], 'y', { kernel_shape: [2] }),
      ],
      [tensor('axis', [1], [1], 7)],
    ],
  ] as [string, FileNode[], FileTensor[]][]) {
    for (const size of [1, 'N'] as const) {
      test(`${what}, of a file with batch ${size}`, async () => {
        const rows = [x.slice(0, 3), x.slice(3)];
        const alone = await Promise.all(rows.map((row) => run([size, 3], nodes, tensors, row)));
        const both = await run([size, 3], nodes, tensors, x);
        expect(both.data).toEqual(alone.flatMap(({ data }) => data));
        expect(both.shape).toEqual([2, ...alone[0].shape.slice(1)]);
      });
    }
  }
});
