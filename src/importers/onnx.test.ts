// ONNX files made here: weights in files of their own, inputs that are bound, constants where a layer wants a value.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PbfWriter } from 'pbf';
import { expect, test } from 'vitest';
import { measured } from '../../test/support/allocations.js';
import { expectClose } from '../../test/support/close.js';
import { testContext } from '../../test/support/device.js';
import { grad } from '../autodiff/grad.js';
import { f32 } from '../core/shape.js';
import { trace } from '../graph/model.js';
import { compile } from '../graph/plan.js';
import { createTape } from '../graph/tape.js';
import * as layers from '../kernels/index.js';
import { loadModel } from '../node/models.js';
import { activations } from '../scene/forward.js';
import { importModel, importOnnx, onnxSignature } from './index.js';

type Write = (pbf: PbfWriter) => void;
const message =
  (tag: number, write: Write): Write =>
  (pbf) =>
    pbf.writeMessage(tag, (_: undefined, p) => write(p as PbfWriter), undefined);
const all =
  (...writes: Write[]): Write =>
  (pbf) => {
    for (const write of writes) write(pbf);
  };
const text =
  (tag: number, value: string): Write =>
  (pbf) =>
    pbf.writeStringField(tag, value);
const int =
  (tag: number, value: number): Write =>
  (pbf) =>
    pbf.writeVarintField(tag, value);

const dims = (shape: readonly number[]): Write => all(...shape.map((d) => int(1, d)));
const input = (name: string, shape: readonly number[]): Write => {
  const dimensions = all(...shape.map((d) => message(1, int(1, d))));
  return message(11, all(text(1, name), message(2, message(1, all(int(1, 1), message(2, dimensions))))));
};
const node = (type: string, inputs: string[], output: string, ...attributes: Write[]): Write =>
  message(
    1,
    all(
      ...inputs.map((i) => text(1, i)),
      text(2, output),
      text(3, `${type} of ${inputs[0]}`),
      text(4, type),
      ...attributes,
    ),
  );
/** `axis` of a node, 1. */
const axis = message(5, all(text(1, 'axis'), int(3, 1), int(20, 2)));
const external = (name: string, shape: readonly number[], entries: Record<string, string>): Write => {
  const pairs = Object.entries(entries).map(([key, value]) => message(13, all(text(1, key), text(2, value))));
  return message(5, all(dims(shape), int(2, 1), text(8, name), int(14, 1), ...pairs));
};

function model(graph: Write): Uint8Array {
  const pbf = new PbfWriter();
  message(7, graph)(pbf);
  message(8, int(2, 17))(pbf);
  return pbf.finish();
}

const weights = Float32Array.of(9, 9, 1, 2, 3, 4, 5, 6);
const bytes = new Uint8Array(weights.buffer);
/** y = x W with W `[2, 3]`, the last six numbers of a file. */
const product = (location: string, length = '24') =>
  model(
    all(
      node('MatMul', ['x', 'w'], 'y'),
      external('w', [2, 3], { location, offset: '8', length }),
      input('x', [1, 2]),
      message(12, text(1, 'y')),
    ),
  );

test('weights in a file beside the model', async () => {
  const net = importModel([
    { name: 'net.onnx', bytes: product('net.data') },
    { name: 'net.data', bytes },
  ]);
  const got = await activations(await testContext(), net, Float32Array.of(1, 10), ['y']);
  expect([...(got.get('y')?.data ?? [])]).toEqual([41, 52, 63]);
});

test('a file that is not given, or too short, is named', () => {
  const load = (file: Uint8Array, data?: Uint8Array) => () => importOnnx(file, { externalData: () => data });
  expect(load(product('net.data'))).toThrow(
    "tensor 'w' lies in the file 'net.data'; give that file along with the model",
  );
  expect(load(product('net.data', '25'), bytes)).toThrow(
    "tensor 'w' is said to be bytes 8 to 33 of 'net.data', which has 32",
  );
});

test('in Node the file is read from the folder of the model, and from nowhere else', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'convscope-onnx-'));
  try {
    await mkdir(join(folder, 'net'));
    await writeFile(join(folder, 'net/inside.onnx'), product('w.bin'));
    await writeFile(join(folder, 'net/outside.onnx'), product('../w.bin'));
    await writeFile(join(folder, 'net/w.bin'), bytes);
    await writeFile(join(folder, 'w.bin'), bytes);
    expect((await loadModel(join(folder, 'net/inside.onnx'))).layers.length).toBe(1);
    await expect(loadModel(join(folder, 'net/outside.onnx'))).rejects.toThrow(
      "'../w.bin' lies outside the model's folder",
    );
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('a second input can be bound, and a constant stands where a layer wants a value', async () => {
  const file = model(
    all(node('Concat', ['x', 'c'], 'y', axis), input('x', [1, 2]), input('c', [1, 1]), message(12, text(1, 'y'))),
  );
  expect(onnxSignature(file)).toEqual({ inputs: ['x', 'c'], outputs: ['y'] });
  const shape = [1, 1];
  const c = { shape, tensor: { shape, dtype: 'f32', data: Float32Array.of(7) } as const, values: () => [7] };
  const net = importOnnx(file, { inputs: new Map([['c', c]]) });
  const got = await activations(await testContext(), net, Float32Array.of(1, 10), ['y']);
  expect([...(got.get('y')?.data ?? [])]).toEqual([1, 10, 7]);
});

test('a constant that the graph makes takes memory when it is read; a list of a million numbers is no shape', () => {
  const integers = (name: string, values: number[]) =>
    message(5, all(int(1, values.length), int(2, 7), text(8, name), ...values.map((v) => int(7, v))));
  const file = model(
    all(
      integers('size', [1000, 50_000]),
      node('ConstantOfShape', ['size'], 'w'),
      node('MatMul', ['x', 'w'], 'y'),
      input('x', [1, 1000]),
      message(12, text(1, 'y')),
    ),
  );
  const { buffers } = measured(() => importOnnx(file));
  expect(buffers).toBeLessThan(4 * file.length);
  const w = importOnnx(file).weights.get('w');
  expect(w?.shape).toEqual([50_000, 1000]);
  expect(w?.data.length).toBe(5e7);

  const huge = model(
    all(
      integers('size', [1_000_000]),
      // Of integers, as a shape is.
      node(
        'ConstantOfShape',
        ['size'],
        'shape',
        message(5, all(text(1, 'value'), int(20, 4), message(5, all(int(1, 1), int(2, 7), int(7, 1))))),
      ),
      node('Reshape', ['x', 'shape'], 'y'),
      input('x', [1, 4]),
      message(12, text(1, 'y')),
    ),
  );
  expect(() => importOnnx(huge)).toThrow('1 unsupported layer: Reshape (Reshape of x: its shape is not known');
});

test('an image and a condition, of which neither is bound', async () => {
  const output = message(12, text(1, 'y'));
  const file = model(
    all(
      node('Flatten', ['image'], 'f'),
      node('Concat', ['f', 'z'], 'c', axis),
      node('Softmax', ['c'], 'y'),
      input('z', [2, 3]),
      input('image', [2, 1, 2, 2]),
      input('unread', [7]),
      output,
    ),
  );
  const net = importOnnx(file);
  // The batch of two is the file's, and opens; one condition then serves every picture.
  expect(net.input).toEqual({ name: 'image', shape: [1, 1, 2, 2] });
  expect(net.sides).toEqual([{ name: 'z', shape: [1, 3], perPicture: true }]);
  const image = Float32Array.of(1, 2, 3, 4, 0, -1, -2, -3);
  const z = { shape: [2, 3], data: Float32Array.of(0.5, 0.25, -1, 2, 1, 0) };
  const got = await activations(await testContext(), net, image, ['y'], { inputs: { z } });
  const want = [0, 1].flatMap((n) => {
    const row = [...image.subarray(4 * n, 4 * n + 4), ...z.data.subarray(3 * n, 3 * n + 3)].map(Math.exp);
    const total = row.reduce((a, b) => a + b);
    return row.map((v) => v / total);
  });
  expectClose('y', got.get('y')?.data ?? [], want, [2, 7], { atol: 1e-6, rtol: 1e-5 });

  // The gradient of row 0's first entry, p₀, to z: −p₀ p_j.
  const tape = createTape();
  const [x, side] = [tape.leaf('x', f32(2, 1, 2, 2)), tape.leaf('z', f32(2, 3))];
  const y = trace(tape, net, x, layers, { inputs: { z: side } })('y');
  const seed = tape.leaf('seed', y);
  const [dz] = grad(tape, y, [side], { seed });
  using plan = await compile(await testContext(), tape, { keep: [dz] });
  plan.write(x, image);
  plan.write(side, z.data);
  plan.write(
    seed,
    Float32Array.from({ length: 14 }, (_, i) => (i === 0 ? 1 : 0)),
  );
  plan.run();
  const gradient = [4, 5, 6].map((j) => -want[0] * want[j]);
  expectClose('dz', await plan.read(dz), [...gradient, 0, 0, 0], [2, 3], { atol: 1e-7, rtol: 1e-4 });
});

test('inputs of open sizes take those that are given, by name', () => {
  const file = model(
    all(node('MatMul', ['x', 'a'], 'y'), input('x', [0, 4]), input('a', [4, 0]), message(12, text(1, 'y'))),
  );
  expect(() => importOnnx(file)).toThrow("input 'a' is [4,?]; give its size with inputShapes");
  const net = importOnnx(file, { inputShape: [3, 4], inputShapes: { a: [4, 2] } });
  expect([net.input, ...(net.sides ?? [])].map((i) => i.shape)).toEqual([
    [3, 4],
    [4, 2],
  ]);
  expect(() => importOnnx(file, { inputShapes: { b: [1] } })).toThrow("No input 'b'.");
});

test('a cycle, a name made twice and names of JavaScript’s own are refused or harmless', async () => {
  const output = message(12, text(1, 'y'));
  const cycle = model(all(node('Add', ['x', 'z'], 'y'), node('Relu', ['y'], 'z'), input('x', [1, 2]), output));
  expect(() => importOnnx(cycle)).toThrow("node 'Add of x' (Add) waits for its own output");
  const twice = model(all(node('Relu', ['x'], 'y'), node('Neg', ['x'], 'y'), input('x', [1, 2]), output));
  expect(() => importOnnx(twice)).toThrow("two nodes make 'y'");
  const type = model(all(node('constructor', ['x'], 'y'), input('x', [1, 2]), output));
  expect(() => importOnnx(type)).toThrow('1 unsupported layer: constructor (constructor of x)');
  const names = model(
    all(
      node('Relu', ['__proto__'], 'constructor'),
      node('Neg', ['constructor'], 'y'),
      input('__proto__', [1, 2]),
      output,
    ),
  );
  const net = importOnnx(names);
  const got = await activations(await testContext(), net, Float32Array.of(-1, 10), ['constructor', 'y']);
  expect([...(got.get('y')?.data ?? [])].map((v) => v + 0)).toEqual([0, -10]);
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect('x' in {}).toBe(false);
});

test('one initializer read under two shapes is two weights', async () => {
  const tensor = (name: string, shape: number[], data: number[]) =>
    message(
      5,
      all(dims(shape), int(2, 1), text(8, name), (pbf) => pbf.writePackedFloat(4, data)),
    );
  const file = model(
    all(
      message(1, all(text(1, 'x'), text(1, 'w'), text(1, 's'), text(2, 'c'), text(3, 'conv'), text(4, 'Conv'))),
      message(
        1,
        all(text(1, 'c'), text(1, 's'), text(1, 'z'), text(2, 'y'), text(3, 'norm'), text(4, 'InstanceNormalization')),
      ),
      tensor('w', [2, 2, 1, 1], [1, 0, 0, 1]),
      tensor('s', [2], [2, 3]),
      tensor('z', [2], [0, 0]),
      input('x', [1, 2, 1, 2]),
      message(12, text(1, 'y')),
    ),
  );
  // The bias is [2], the factor [2,1,1].
  const got = await activations(await testContext(), importOnnx(file), Float32Array.of(1, 3, -1, 1), ['c', 'y']);
  expect([...(got.get('c')?.data ?? [])]).toEqual([3, 5, 2, 4]);
  // Two pixels a channel become −1 and 1, times 2 and 3.
  const y = [...(got.get('y')?.data ?? [])].map((v) => Math.round(v * 100) / 100);
  expect(y).toEqual([-2, 2, -3, 3]);
});

test('an image whose height and width the file leaves open says so, whichever are taken', () => {
  const open = model(all(node('Relu', ['x'], 'y'), input('x', [1, 3, 0, 0]), message(12, text(1, 'y'))));
  const fixed = model(all(node('Relu', ['x'], 'y'), input('x', [1, 3, 8, 8]), message(12, text(1, 'y'))));
  expect(importOnnx(open).input).toEqual({ name: 'x', shape: [1, 3, 224, 224], openSize: true });
  expect(importOnnx(open, { size: [32, 48] }).input).toEqual({ name: 'x', shape: [1, 3, 32, 48], openSize: true });
  expect(importOnnx(fixed).input).toEqual({ name: 'x', shape: [1, 3, 8, 8] });
});
