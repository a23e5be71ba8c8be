// Files of statistics: what is written is read again, and what does not fit is refused by name.
import { describe, expect, test } from 'vitest';
import { expectClose } from '../../test/support/close.js';
import { createRng } from '../core/rng.js';
import { fitSpectrum, spectrumOf } from '../core/spectrumFit.js';
import type { WeightData } from '../graph/model.js';
import type { ImageStatistics } from '../scene/statistics.js';
import { loadStatistics, readStatistics, readTensors, writeStatistics, writeTensors } from './index.js';

const rng = createRng(6);
const [H, W] = [12, 17];
const drawn = (length: number) => Float32Array.from({ length }, () => rng.uniform());
const statistics: ImageStatistics = {
  source: 'numbers that were drawn',
  count: 30,
  size: [H, W],
  mean: drawn(3),
  covariance: drawn(9),
  magnitude: drawn(3 * H * 9).map((m) => 0.1 + m),
  coarse: { size: [2, 5], mean: drawn(30), factor: drawn(30 * 4) },
};
const HALF = { atol: 2 ** -25, rtol: 2 ** -11 };

describe('a file of statistics', () => {
  test('is read as it was written, the magnitude and the coarse Gaussian in half precision', async () => {
    const bytes = writeStatistics(statistics, { notes: { command: 'how' } });
    const read = readStatistics(bytes);
    const { magnitude, coarse, ...rest } = statistics;
    expect(read).toMatchObject(rest);
    expectClose('magnitude', read.magnitude, magnitude, [3, H, 9], HALF);
    expect(read.coarse.size).toEqual(coarse.size);
    expectClose('coarse mean', read.coarse.mean, coarse.mean, [30], HALF);
    expectClose('coarse factor', read.coarse.factor, coarse.factor, [30, 4], HALF);
    expect(readTensors(bytes).metadata.get('command')).toBe('how');
    expect(await loadStatistics(new Response(bytes.slice()))).toEqual(read);
    expect(writeStatistics(read, { notes: { command: 'how' } })).toEqual(bytes);
  });

  test('may hold a fit of the magnitude', () => {
    const fit = fitSpectrum(statistics.magnitude, [H, W]);
    const bytes = writeStatistics(statistics, { fit });
    const want = spectrumOf(Float32Array.from(fit.coefficients), [H, W]);
    expect(readStatistics(bytes).magnitude).toEqual(want);
    expect(bytes.length).toBeLessThan(writeStatistics(statistics).length);
    expect(JSON.parse(readTensors(bytes).metadata.get('magnitude.error') ?? '')).toHaveLength(3);
  });

  const changed = (change: (file: { tensors: Map<string, WeightData>; metadata: Record<string, string> }) => void) => {
    const { tensors, metadata } = readTensors(writeStatistics(statistics));
    const file = { tensors: new Map(tensors), metadata: Object.fromEntries(metadata) };
    change(file);
    return () => readStatistics(writeTensors(file.tensors, file.metadata));
  };
  const single = (shape: readonly number[], value = 1) => ({
    shape,
    dtype: 'f32' as const,
    data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(value),
  });
  test.each([
    ['mean', [4], "'mean' must be [3], it is [4]"],
    ['covariance', [9], "'covariance' must be [3,3], it is [9]"],
    ['magnitude', [3, H, 8], "'magnitude' must be [3,12,9], it is [3,12,8]"],
    ['magnitude.fit', [3, 2], "'magnitude.fit' must be [3,28], it is [3,2]"],
    ['coarse.mean', [3, 0, 4], "'coarse.mean' must be [3,h,w], it is [3,0,4]"],
    ['coarse.factor', [29, 4], "'coarse.factor' must be [30,4], it is [29,4]"],
    ['coarse.factor', [30, 4, 1], "'coarse.factor' must be [30,4], it is [30,4,1]"],
  ])('%s of shape %o is refused', (name, shape, message) => {
    expect(changed(({ tensors }) => tensors.set(name, single(shape)))).toThrow(`statistics: ${message}`);
  });

  test('other wrong files are refused by name', () => {
    expect(changed(({ tensors }) => tensors.delete('mean'))).toThrow("'mean' [3] is missing");
    expect(changed(({ tensors }) => tensors.delete('coarse.mean'))).toThrow("'coarse.mean' must be [3,h,w]");
    expect(changed(({ tensors }) => tensors.set('mean', single([3], Number.NaN)))).toThrow(
      "'mean' must be finite, number 0 is NaN",
    );
    expect(changed(({ tensors }) => tensors.set('magnitude', single([3, H, 9], -1)))).toThrow(
      "'magnitude' must be finite and from 0, number 0 is -1",
    );
    const said = (key: string, value: string) => changed(({ metadata }) => Object.assign(metadata, { [key]: value }));
    expect(said('count', '0')).toThrow("'count' must be a whole number above 0, got 0");
    expect(said('size', '[1e9,3]')).toThrow("'size' must be [rows,columns], got [1e9,3]");
    expect(said('size', '[99999,99999]')).toThrow("'size' must be");
    expect(said('version', '2')).toThrow('version 2 is not known; this reads 1');
    expect(said('format', 'convscope')).toThrow('it holds no statistics of pictures; `convscope stats` writes them');
    expect(() => readStatistics(writeStatistics(statistics).subarray(0, 900))).toThrow('safetensors');
  });
});
