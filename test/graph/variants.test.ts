// Which kernels make a convolution and a fully connected layer, by the layer's shape and by what the device can do.
import { describe, expect, test } from 'vitest';
import { grad } from '../../src/autodiff/grad.js';
import { f32, sizeOf } from '../../src/core/shape.js';
import type { DeviceTraits } from '../../src/gpu/context.js';
import { variantsOf } from '../../src/graph/choices.js';
import { optimize } from '../../src/graph/passes.js';
import { lowerTape } from '../../src/graph/schedule.js';
import { createTape, type Tape, type Value } from '../../src/graph/tape.js';
import { op as conv2d } from '../../src/kernels/conv2d/index.js';
import { op as fc } from '../../src/kernels/fc/index.js';

const gpu: DeviceTraits = {
  features: new Set(['subgroups']),
  subgroupSize: 32,
  software: false,
  maxBindingBytes: 2 ** 30,
  maxBufferBytes: 2 ** 30,
  maxWorkgroups: 65535,
  maxInvocations: 1024,
  storageAlignment: 256,
  halfWeights: false,
  halfArithmetic: false,
};
const DEVICES: Readonly<Record<string, DeviceTraits>> = {
  'GPU, subgroups of 32': gpu,
  'GPU, subgroups of 128': { ...gpu, subgroupSize: 128 },
  'GPU, subgroups of no one size': { ...gpu, subgroupSize: 0 },
  'GPU, half precision': { ...gpu, halfWeights: true, halfArithmetic: true },
  lavapipe: { ...gpu, software: true, subgroupSize: 8 },
  SwiftShader: { ...gpu, software: true, subgroupSize: 4 },
  'CPU without subgroups': { ...gpu, software: true, subgroupSize: 0 },
  'CPU, half precision': { ...gpu, software: true, subgroupSize: 8, halfWeights: true, halfArithmetic: true },
  'GPU, bindings of 16 MiB': { ...gpu, maxBindingBytes: 2 ** 24 },
};

/** What is computed of a layer. */
type Pass = 'forward' | 'backward' | 'training';
type Layer = (tape: Tape, weights: (label: string, ...shape: number[]) => Value) => { x: Value; y: Value };

interface Geometry {
  readonly x: readonly [N: number, C: number, H: number, W: number];
  readonly K: number;
  readonly taps: readonly [number, number];
  readonly stride?: number;
  readonly pad?: number;
  readonly dilation?: number;
  readonly group?: number;
}

const convolution =
  ({ x, K, taps, stride = 1, pad = 0, dilation = 1, group = 1 }: Geometry): Layer =>
  (tape, weights) => {
    const image = tape.leaf('x', f32(...x));
    const inputs = { x: image, w: weights('w', K, x[1] / group, ...taps), b: weights('b', K) };
    const attrs = {
      stride: [stride, stride],
      pad: [pad, pad, pad, pad],
      dilation: [dilation, dilation],
      group,
    } as const;
    return { x: image, y: tape.apply(conv2d, inputs, attrs) };
  };

const connected =
  (N: number, K: number, M: number): Layer =>
  (tape, weights) => {
    const x = tape.leaf('x', f32(N, K));
    return { x, y: tape.apply(fc, { x, w: weights('w', M, K), b: weights('b', M) }, { axis: 1 }) };
  };

const LAYERS: Readonly<Record<string, Layer>> = {
  'conv 11×11/4, 3→96, 227²': convolution({ x: [1, 3, 227, 227], K: 96, taps: [11, 11], stride: 4 }),
  'conv 5×5, 96→256 in 2 groups, 27²': convolution({ x: [1, 96, 27, 27], K: 256, taps: [5, 5], pad: 2, group: 2 }),
  'conv 3×3, 256→384, 13²': convolution({ x: [1, 256, 13, 13], K: 384, taps: [3, 3], pad: 1 }),
  'conv 3×3, 128→256, 56², batch 9': convolution({ x: [9, 128, 56, 56], K: 256, taps: [3, 3], pad: 1 }),
  'conv 3×3/2, 64→128, 56²': convolution({ x: [1, 64, 56, 56], K: 128, taps: [3, 3], pad: 1, stride: 2 }),
  'conv 3×3/2, 5→12, 17²': convolution({ x: [2, 5, 17, 17], K: 12, taps: [3, 3], pad: 1, stride: 2 }),
  'conv 3×3, dilated, 64→64, 28²': convolution({ x: [1, 64, 28, 28], K: 64, taps: [3, 3], pad: 2, dilation: 2 }),
  'conv 1×1, 16→64, 56²': convolution({ x: [1, 16, 56, 56], K: 64, taps: [1, 1] }),
  'conv 1×1/2, 64→128, 56²': convolution({ x: [1, 64, 56, 56], K: 128, taps: [1, 1], stride: 2 }),
  'conv 1×7, 128→192, 17²': convolution({ x: [1, 128, 17, 23], K: 192, taps: [1, 7] }),
  'conv 3×3, depthwise, 32, 56²': convolution({ x: [1, 32, 56, 56], K: 32, taps: [3, 3], pad: 1, group: 32 }),
  'conv 3×3/2, depthwise, 32, 56²': convolution({
    x: [1, 32, 56, 56],
    K: 32,
    taps: [3, 3],
    pad: 1,
    group: 32,
    stride: 2,
  }),
  'conv 3×3, 64→3, 64²': convolution({ x: [1, 64, 64, 64], K: 3, taps: [3, 3], pad: 1 }),
  'conv 3×3, 16→32, 4 rows a group, 28²': convolution({ x: [1, 16, 28, 28], K: 32, taps: [3, 3], pad: 1, group: 8 }),
  'conv 3×3, 2→2, 5²': convolution({ x: [1, 2, 5, 5], K: 2, taps: [3, 3] }),
  'fc 9216→4096': connected(1, 9216, 4096),
  'fc 9216→4096, batch 9': connected(9, 9216, 4096),
  'fc 4096→1000, batch 4': connected(4, 4096, 1000),
  'fc 30→7': connected(1, 30, 7),
};

/** The dispatches of a step, and behind them what could have made the convolution or the layer, the first by default. */
function kernelsOf(layer: Layer, pass: Pass, device: DeviceTraits): string {
  const tape = createTape();
  const { x, y } = layer(tape, (label, ...shape) =>
    pass === 'training'
      ? tape.leaf(label, f32(...shape))
      : tape.constant(label, shape, () => new Float32Array(sizeOf(shape))),
  );
  const w = tape.leaves.find(({ value }) => value.label === 'w')?.value ?? x;
  const keep =
    pass === 'forward' ? [y] : grad(tape, y, pass === 'training' ? [x, w] : [x], { seed: tape.leaf('seed', y) });
  const { nodes } = optimize(tape, keep, device).tape;
  const names = lowerTape(tape, keep, device, new Map()).step.map(({ kernel }) => kernel.name);
  const variants = nodes.map((node) => variantsOf(node, device)).filter((offered) => offered.length > 0);
  return [names.join(' '), ...variants.map((offered) => `(${offered.join(', ')})`)].join(' ');
}

/** One line for all devices that do the same. */
function table(layer: Layer, pass: Pass): string[] {
  const alike = new Map<string, string[]>();
  for (const [name, device] of Object.entries(DEVICES)) {
    const kernels = kernelsOf(layer, pass, device);
    alike.set(kernels, [...(alike.get(kernels) ?? []), name]);
  }
  return [...alike].map(([kernels, names]) => `${names.join('; ')}: ${kernels}`);
}

describe('kernels by layer and device', () => {
  for (const [name, layer] of Object.entries(LAYERS)) {
    for (const pass of ['forward', 'backward', 'training'] as const) {
      test(`${name}, ${pass}`, () => expect(table(layer, pass)).toMatchSnapshot());
    }
  }
});
