// Inversion by a generator's code: its parts have tests of their own in float64; here they are together, on the nets of the package.
import { expect, test } from 'vitest';
import { invert } from '../src/methods/invert.js';
import { loadCodes } from '../src/node/codes.js';
import { openPicture } from '../src/node/commands/inputs.js';
import { loadModel } from '../src/node/models.js';
import { createPreprocessor } from '../src/scene/input.js';
import { testContext } from './support/device.js';

const model = await loadModel('mini-caffenet');
const generator = { net: await loadModel('mini-generator'), codes: await loadCodes('mini-encoder') };

async function inputs(...names: readonly string[]): Promise<Float32Array> {
  using preprocessor = createPreprocessor(await testContext(), model);
  const all: number[] = [];
  for (const name of names) all.push(...(await preprocessor.read(await openPicture(name))));
  return Float32Array.from(all);
}

test('a code is found whose image the layer takes for the picture, the same in any batch', async () => {
  const ctx = await testContext();
  const options = { layer: 'conv5', preset: 'inversionGenerator', generator };
  const pictures = await inputs('world:7', 'world:12');
  const [first] = await invert(ctx, model, pictures, { ...options, steps: 2 });
  const both = await invert(ctx, model, pictures, { ...options, steps: 20, seeds: [0, 5] });
  expect(both.map(({ picture, seed }) => [picture, seed])).toEqual([
    [0, 0],
    [0, 5],
    [1, 0],
    [1, 5],
  ]);
  // Codes about the mean are drawn as nothing that the layer takes for the flower.
  expect(first.codeError).toBeGreaterThan(0.3);
  for (const { codeError } of both) expect(codeError).toBeLessThan(0.2);
  // Kernels of other batches round differently, and every step carries that on: few steps.
  const few = { ...options, steps: 6 };
  const [, second] = await invert(ctx, model, pictures, few);
  const [alone] = await invert(ctx, model, pictures.subarray(pictures.length / 2), few);
  // Of 255.
  expect(Math.max(...alone.image.map((value, i) => Math.abs(value - second.image[i])))).toBeLessThan(0.1);
}, 300_000);

test('without a generator it is refused by name', async () => {
  const ctx = await testContext();
  const asked = invert(ctx, model, await inputs('world:7'), { layer: 'conv5', preset: 'inversionGenerator', steps: 2 });
  await expect(asked).rejects.toThrow(/generator/);
});
