// Arithmetic before opset 7, whose second operand stands for the axes of the first from `axis` on.
import { expect, test } from 'vitest';
import { importOnnx } from '../../src/importers/index.js';
import { activations } from '../../src/scene/forward.js';
import { testContext } from '../support/device.js';
import { fileOf, node, tensor, writeOnnx } from '../support/onnxFile.js';

const x = Float32Array.from({ length: 16 }, (_, i) => i);

for (const [name, attributes, dims, of] of [
  ['axis=1: one number per channel', { axis: 1, broadcast: 1 }, [2], (i: number) => Math.floor(i / 8)],
  ['axis=1 of two axes: channels and rows', { axis: 1, broadcast: 1 }, [2, 2], (i: number) => Math.floor(i / 4)],
  ['axis=-2: one number per row', { axis: -2, broadcast: 1 }, [2], (i: number) => Math.floor(i / 4) % 2],
  ['no axis: the last ones', { broadcast: 1 }, [4], (i: number) => i % 4],
] as const) {
  test(`Sub of opset 6, ${name}`, async () => {
    const count = dims.reduce((a: number, b: number) => a * b, 1);
    const b = Array.from({ length: count }, (_, i) => 10 * i + 1);
    const file = fileOf([1, 2, 2, 4], [node('Sub', ['x', 'b'], 'y', attributes)], [tensor('b', [...dims], b)], {
      opset: 6,
    });
    const got = await activations(await testContext(), importOnnx(writeOnnx(file)), x, ['y']);
    expect([...(got.get('y')?.data ?? [])]).toEqual([...x].map((v, i) => v - b[of(i)]));
  });
}

test('a computed operand with an axis is refused by that name', () => {
  const file = fileOf(
    [1, 2, 2, 4],
    [
      node('GlobalAveragePool', ['x'], 'm'),
      node('Reshape', ['m', 'two'], 'b'),
      node('Mul', ['x', 'b'], 'y', { axis: 1, broadcast: 1 }),
    ],
    [tensor('two', [1], [2], 7)],
    { opset: 6 },
  );
  expect(() => importOnnx(writeOnnx(file))).toThrow('Mul (y: axis and broadcast with a computed second input');
});
