// Methods of attribution on a net that was trained on photographs: gradients beside PyTorch's in float64, and sums that must come out.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importOnnx } from '../../src/importers/index.js';
import { type ExplainOptions, explain } from '../../src/methods/explain.js';
import { maxRelative } from '../support/close.js';
import { testContext } from '../support/device.js';
import { npy } from '../support/golden.js';
import { describeWithData, sharedData } from '../support/shared.js';

const folder = join(sharedData() ?? '', 'natural', 'resnet_cifar10');
const SIZE = 3 * 32 * 32;
/** The first two of the stored pictures. */
const images = () => Float32Array.from(npy(join(folder, 'resnet20_in.npy')).data.subarray(0, 2 * SIZE));
const ask = async (method: ExplainOptions['method']) => {
  const model = importOnnx(readFileSync(join(folder, 'resnet20.onnx')));
  return explain(await testContext(), model, images(), { unit: 'logits:3', method });
};
const sumOf = (data: Float32Array, n: number) => data.subarray(n * SIZE, (n + 1) * SIZE).reduce((a, b) => a + b, 0);

describeWithData('ResNet-20 on CIFAR-10', () => {
  test('the gradient is PyTorch’s, and times the picture gradient × input', async () => {
    const want = npy(join(folder, 'resnet20_grad_class3.npy')).data;
    const { map } = await ask('backprojection');
    expect(maxRelative(map.data.subarray(0, SIZE), want.subarray(0, SIZE))).toBeLessThan(1e-4);
    const product = await ask('gradientInput');
    const pictures = images();
    expect(
      maxRelative(
        product.map.data,
        map.data.map((v, i) => v * pictures[i]),
      ),
    ).toBeLessThan(1e-6);
  });

  // A hundred steps leave 1.3 %: the gradient jumps along the path.
  test('integrated gradients add up to what the class gains, within 1 %', async () => {
    const { map, gap = [] } = await ask({ name: 'integratedGradients', baseline: 'mean', steps: 200 });
    for (const n of [0, 1]) expect(Math.abs(gap[n])).toBeLessThan(0.01 * Math.abs(sumOf(map.data, n) + gap[n]));
  });

  test('relevance adds up to the class, within 1 %, through BatchNorm, shortcuts and padding of channels', async () => {
    const { map, values } = await ask('lrp');
    for (const n of [0, 1]) {
      expect(Math.abs(sumOf(map.data, n) - values[n])).toBeLessThan(0.01 * Math.abs(values[n]));
    }
  });

  test('Grad-CAM looks at the last block, after its ReLU', async () => {
    const { layer, map } = await ask('gradCam');
    expect([layer, map.shape]).toEqual(['/layer3/layer3.2/Relu_1', [2, 32, 32]]);
  });
});
