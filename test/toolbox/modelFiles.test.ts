// A net that is dropped together with directions of its layers.
import { describe, expect, test } from 'vitest';
import { readNet } from '../../examples/toolbox/modelFiles.js';
import { importCaffe, readSafetensors, writeDictionary, writeSafetensors } from '../../src/importers/index.js';
import { type Dictionary, modelHash, unitLayers } from '../../src/index.js';

const { seeded: _, ...tiny } = importCaffe(
  `name: "tiny" input: "data" input_dim: 1 input_dim: 3 input_dim: 8 input_dim: 8
   layer { name: "conv" type: "Convolution" bottom: "data" top: "conv" convolution_param { num_output: 4 kernel_size: 3 } }
   layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }
   layer { name: "fc" type: "InnerProduct" bottom: "conv" top: "fc" inner_product_param { num_output: 3 } }`,
  undefined,
  { seededWeights: 3 },
);
const net = { name: 'tiny.safetensors', bytes: writeSafetensors(tiny) };
const fileOf = (more: Partial<Dictionary> = {}) => ({
  name: 'nmf.safetensors',
  bytes: writeDictionary({
    layer: 'conv',
    name: 'nmf',
    method: 'nmf',
    channels: 4,
    count: 2,
    directions: Float32Array.of(1, 0, 0, 1, 0, 1, 1, 0),
    activation: 'relu',
    ...more,
  }),
});

describe('files of a net', () => {
  test('may hold directions, in any order: they are a layer, and the hash is another', async () => {
    const alone = await readNet([net]);
    for (const files of [
      [net, fileOf()],
      [fileOf(), net],
    ]) {
      const { model, hash } = await readNet(files);
      expect(unitLayers(model).layers).toContainEqual({ layer: 'conv@nmf', shape: [2, 6, 6] });
      expect(hash.startsWith(`${alone.hash}-`)).toBe(true);
    }
  });

  test('are refused where the directions are of another net, or stand alone', async () => {
    const own = await modelHash(readSafetensors(net.bytes));
    const right = fileOf({ model: { name: 'tiny', ...(own !== undefined && { hash: own }) } });
    expect((await readNet([net, right])).model.layers.length).toBe(5);
    const wrong = fileOf({ model: { name: 'other', hash: 'a'.repeat(64) } });
    await expect(readNet([net, wrong])).rejects.toThrow("was found in 'other'");
    await expect(readNet([wrong])).rejects.toThrow(
      "These are directions: conv@nmf of other. Drop the net's file together",
    );
  });
});
