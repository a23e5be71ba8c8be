// Attributes of ONNX that stand for true or false, and the modes of training that they ask for.
import { expect, test } from 'vitest';
import { importOnnx } from '../../src/importers/index.js';
import { activations } from '../../src/scene/forward.js';
import { testContext } from '../support/device.js';
import { fileOf, node, tensor, writeOnnx } from '../support/onnxFile.js';

const image = Float32Array.from({ length: 16 }, (_, i) => i + 1);

test('count_include_pad=2 counts as 1 does: any number but 0 is true', async () => {
  const run = async (flag: number) => {
    const pool = node('AveragePool', ['x'], 'y', { kernel_shape: [3, 3], pads: [1, 1, 1, 1], count_include_pad: flag });
    const model = importOnnx(writeOnnx(fileOf([1, 1, 4, 4], [pool])));
    return [...((await activations(await testContext(), model, image, ['y'])).get('y')?.data ?? [])];
  };
  const [zero, one, two] = [await run(0), await run(1), await run(2)];
  expect(two).toEqual(one);
  // The corner's window has four pixels and five zeros.
  expect([zero[0], one[0]].map((v) => Math.round(v * 1e4) / 1e4)).toEqual([3.5, 1.5556]);
});

const statistics = [
  tensor('scale', [1], [2]),
  tensor('bias', [1], [1]),
  tensor('mean', [1], [3]),
  tensor('variance', [1], [4]),
];
const norm = (outputs: string[], attributes = {}) =>
  node('BatchNormalization', ['x', 'scale', 'bias', 'mean', 'variance'], outputs, { epsilon: 1e-7, ...attributes });
const training = fileOf([1, 1, 4, 4], [norm(['y', 'm', 'v'], { training_mode: 1 })], statistics);
const before14 = fileOf([1, 1, 4, 4], [norm(['y', 'm', 'v', 'sm', 'sv'])], statistics, { opset: 9 });

test('a BatchNormalization in training mode is refused by the name of what asks for it, with the option that helps', () => {
  const refused = /BatchNormalization \(y: training_mode is 1, which normalizes by .* import it with storedStatistics/;
  expect(() => importOnnx(writeOnnx(training))).toThrow(refused);
  expect(() => importOnnx(writeOnnx(before14))).toThrow(
    '(y: 5 outputs, the form of training_mode, which normalizes by',
  );
});

for (const [name, file] of Object.entries({ training, before14 })) {
  test(`with storedStatistics, a BatchNormalization in training mode takes the numbers of the file (${name})`, async () => {
    const model = importOnnx(writeOnnx(file), { storedStatistics: true });
    const got = (await activations(await testContext(), model, image, ['y'])).get('y')?.data ?? [];
    // (x − 3) · 2 / √4 + 1
    expect([...got].map((v) => Math.round(v * 1e4) / 1e4)).toEqual([...image].map((v) => v - 2));
  });
}

test('a Dropout in training mode is refused by that name', () => {
  const mode = { ...tensor('mode', [], [], 7), type: 9, raw: Uint8Array.of(1) };
  const file = fileOf([1, 4], [node('Dropout', ['x', '', 'mode'], 'y')], [mode]);
  expect(() => importOnnx(writeOnnx(file))).toThrow('Dropout (y: training_mode is 1; only 0');
});
