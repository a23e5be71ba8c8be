// The ranges that views colour by, on devices with subgroups and without.
import { expect, test } from 'vitest';
import { createReadback } from '../../src/gpu/readback.js';
import { createStatistics } from '../../src/views/statistics.js';
import { contextWith } from '../support/device.js';
import { normals, upload } from './upload.js';

const [FIRST, C] = [5, 37];

for (const traits of [{}, { software: false }, { subgroupSize: 0 }, { software: false, subgroupSize: 0 }]) {
  for (const size of [1, 63, 300]) {
    test(`channels of ${size} numbers, with traits ${JSON.stringify(traits)}`, async () => {
      const ctx = await contextWith(traits);
      const x = normals(FIRST + C * size, size);
      const at = (c: number, i: number) => FIRST + c * size + i;
      // No numbers at all in one channel, two that are not finite in another.
      for (let i = 0; i < size; i++) x[at(3, i)] = Number.NaN;
      x[at(9, 0)] = Number.POSITIVE_INFINITY;
      x[at(9, size - 1)] = Number.NEGATIVE_INFINITY;
      const ranges = Array.from({ length: C }, (_, c) => {
        const all = x.subarray(at(c, 0), at(c, size));
        const finite = all.filter(Number.isFinite);
        // Of none, the largest that there is, the wrong way round.
        return [
          Math.min(3.4028234663852886e38, ...finite),
          Math.max(-3.4028234663852886e38, ...finite),
          size - finite.length,
        ];
      });
      const of = (k: number) => ranges.map((range) => range[k]);
      const want = [[Math.min(...of(0)), Math.max(...of(1)), of(2).reduce((a, b) => a + b)], ...ranges];

      const statistics = createStatistics(ctx);
      const buffer = upload(ctx, x);
      const encoder = ctx.device.createCommandEncoder();
      statistics.encode(encoder, buffer, FIRST, C, size);
      ctx.device.queue.submit([encoder.finish()]);
      const readback = createReadback(ctx, 'ranges', want.length * 12);
      const bytes = await readback.read(statistics.buffer);
      const [floats, counts] = [new Float32Array(bytes), new Uint32Array(bytes)];
      expect(want.map((_, i) => [floats[3 * i], floats[3 * i + 1], counts[3 * i + 2]])).toEqual(want);
      readback.dispose();
      statistics.dispose();
      buffer.destroy();
    });
  }
}
