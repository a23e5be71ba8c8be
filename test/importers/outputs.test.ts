// Outputs that a file names and nothing reads: some say what a node does.
import { expect, test } from 'vitest';
import { importOnnx } from '../../src/importers/index.js';
import { activations } from '../../src/scene/forward.js';
import { testContext } from '../support/device.js';
import { fileOf, node, writeOnnx } from '../support/onnxFile.js';

test('a Split has as many parts as the file names, read or not', async () => {
  const model = importOnnx(writeOnnx(fileOf([1, 6], [node('Split', ['x'], ['a', 'b', 'c'], { axis: 1 })])));
  const got = await activations(await testContext(), model, Float32Array.of(0, 1, 2, 3, 4, 5), ['a']);
  expect([...(got.get('a')?.data ?? [])]).toEqual([0, 1]);
});
