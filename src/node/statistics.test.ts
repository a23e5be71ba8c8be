// The statistics of the package, and those of files.
import { expect, test } from 'vitest';
import { colourFactor } from '../scene/statistics.js';
import { embeddedStatistics, loadStatistics, statisticsByName } from './statistics.js';

test('those of the package say where they come from', async () => {
  expect(await embeddedStatistics()).toEqual(['natural', 'world']);
  const { natural, world } = await statisticsByName();
  expect([world.source, world.count, ...world.size]).toEqual(['2000 pictures of the toy world', 2000, 64, 64]);
  expect(natural.source).toContain('photographs');
  for (const { covariance, magnitude, size, coarse } of [natural, world]) {
    expect(() => colourFactor({ covariance })).not.toThrow();
    const [H, W] = size;
    const half = W / 2 + 1;
    // Light falls off with the frequency, by about 1/f and a little more.
    const slope = Math.log(magnitude[2] / magnitude[(H / 2) * half + W / 2]) / Math.log(Math.hypot(H, W) / 4);
    expect(slope).toBeGreaterThan(0.8);
    expect(slope).toBeLessThan(2);
    expect(coarse.factor.length % coarse.mean.length).toBe(0);
  }
});

test('an unknown name is told with the nearest one, and a file that is none by its name', async () => {
  await expect(loadStatistics('nature')).rejects.toThrow("No statistics 'nature'. Did you mean 'natural'?");
  await expect(loadStatistics('models/mini-caffenet.safetensors')).rejects.toThrow(
    'models/mini-caffenet.safetensors: statistics: it holds no statistics of pictures',
  );
});
