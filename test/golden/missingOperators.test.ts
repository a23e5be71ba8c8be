// Nets of users whose operators were missing: global pooling of other ranks, a detector's head that sorts. Against onnxruntime.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importOnnx, readNpy } from '../../src/importers/index.js';
import { activations } from '../../src/scene/forward.js';
import { expectClose } from '../support/close.js';
import { testContext } from '../support/device.js';
import { describeWithData, sharedData } from '../support/shared.js';

const reports = join(sharedData() ?? '', 'reports');

const CASES = [
  { folder: '11-global-pool-rank', net: 'gap_with_3d_conv1d', input: 'x', output: 'y' },
  { folder: '11-global-pool-rank', net: 'gmp_5d', input: 'x', output: 'y' },
  { folder: '10-unsupported-tail', net: 'topk_head', input: 'input', output: '27' },
];

describeWithData('nets whose operators were missing', () => {
  for (const { folder, net, input, output } of CASES) {
    const model = () => importOnnx(readFileSync(join(reports, folder, `${net}.onnx`)));
    const read = (name: string) => {
      const { shape, data } = readNpy(readFileSync(join(reports, folder, `${net}.b1.${name}.npy`)));
      return { shape, data: Float32Array.from(data, Number) };
    };

    test(`${net} is what onnxruntime gives`, async () => {
      const got = await activations(await testContext(), model(), read(`in.${input}`).data, [output]);
      const want = read(`out.${output}`);
      // Two engines' sums of a few hundred products each.
      expectClose(net, got.get(output)?.data ?? [], want.data, want.shape, { atol: 1e-5, rtol: 1e-5 });
    });

    test(`${net}: each row of a batch is that picture alone`, async () => {
      const ctx = await testContext();
      const one = read(`in.${input}`).data;
      const other = one.map((v, i) => v * Math.cos(i));
      const both = await activations(ctx, model(), Float32Array.of(...other, ...one), [output]);
      const rows: number[] = [];
      for (const picture of [other, one]) {
        rows.push(...((await activations(ctx, model(), picture, [output])).get(output)?.data ?? []));
      }
      expect(both.get(output)?.shape[0]).toBe(2);
      expectClose(net, both.get(output)?.data ?? [], rows, both.get(output)?.shape ?? [], { atol: 1e-6, rtol: 1e-6 });
    });
  }
});
