// Random search over recipes: what is drawn, what is measured, and what is proposed.
import { describe, expect, test } from 'vitest';
import { testContext } from '../../test/support/device.js';
import { createRng } from '../core/rng.js';
import { importCaffe } from '../importers/index.js';
import { activations, classify } from '../scene/forward.js';
import { preprocessPicture } from '../scene/input.js';
import { roughness, spectrumSlope } from '../scene/measures.js';
import { parseUnit } from '../scene/unit.js';
import { createStudy, toSpecs } from '../synthesize/study.js';
import { aloneStudy } from './gallery.js';
import { judge, sameClass } from './judge.js';
import {
  complementary,
  DRAWN_KINDS,
  drawNumbers,
  type ImageScore,
  nearestDistance,
  SEARCH_RANGES,
  scoreTrials,
  searchTrials,
  trialStudy,
} from './search.js';

const FILLER = 'weight_filler { type: "gaussian" std: 0.1 }';
const NET = `name: "small" input: "data" input_dim: 1 input_dim: 3 input_dim: 8 input_dim: 8
  layer { name: "conv" type: "Convolution" bottom: "data" top: "conv" convolution_param { num_output: 5 kernel_size: 3 ${FILLER} } }
  layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }
  layer { name: "fc" type: "InnerProduct" bottom: "conv" top: "fc" inner_product_param { num_output: 4 ${FILLER} } }
  layer { name: "prob" type: "Softmax" bottom: "fc" top: "prob" }`;
const net = importCaffe(NET, undefined, {
  seededWeights: 1,
  preprocessing: { mean: [100, 110, 120], scale: 0.05, order: 'rgb', stated: true },
});

describe('trials', () => {
  test('are drawn from the ranges, off as often as they say, and the same whatever their number', () => {
    for (const kind of DRAWN_KINDS) {
      const all = Array.from({ length: 400 }, (_, i) => drawNumbers(kind, 7, i));
      for (const [name, { low, high, whole, off = 0 }] of Object.entries(SEARCH_RANGES[kind])) {
        const values = all.map((numbers) => numbers[name]);
        const on = values.filter((value) => value !== 0);
        expect(Math.abs(1 - on.length / 400 - off), name).toBeLessThan(0.1);
        expect(Math.min(...on), name).toBeGreaterThanOrEqual(low);
        expect(Math.max(...on), name).toBeLessThanOrEqual(high);
        expect(Math.max(...on) - Math.min(...on), name).toBeGreaterThan(0.8 * (high - low));
        if (whole) expect(on.every(Number.isInteger), name).toBe(true);
      }
      expect(all[3]).toEqual(drawNumbers(kind, 7, 3));
      expect(all[3]).not.toEqual(drawNumbers(kind, 8, 3));
    }
  });

  test('are the preset with other numbers, and one batch of all units and seeds', async () => {
    const numbers = { ...drawNumbers('spectrum', 0, 0), rms: 0.01, ball: 0.3, shift: 0.25, scale: 0.125, steps: 9 };
    const text = JSON.stringify(toSpecs(createStudy(trialStudy(net, 'fc:2', 'spectrum', numbers))));
    for (const part of ['"name":"shift","reach":2', '"low":0.875,"high":1.125', '"name":"ball","rms":0.3', '"steps":9'])
      expect(text).toContain(part);
    expect(text).toMatch(/"name":"pace","rms":0.01/);

    const units = ['fc:2', 'fc:0'].map(parseUnit);
    const trials = await searchTrials(net, { units, trials: 2, kinds: ['paper'], seeds: [0, 5], steps: 3 });
    expect(trials.map(({ tiles }) => tiles.map(({ unit, seed }) => `${unit} ${seed}`))).toEqual(
      Array(2).fill(['fc:2 0', 'fc:2 5', 'fc:0 0', 'fc:0 5']),
    );
    expect(trials[0].id).not.toBe(trials[1].id);
    expect(aloneStudy(trials[0], 3)).toMatchObject({ objective: { name: 'logit', class: 0 }, seeds: [5], steps: 3 });
    await expect(searchTrials(net, { units, trials: 1 })).rejects.toThrow('statistics');
    await expect(searchTrials(net, { units, trials: 0 })).rejects.toThrow('whole number from 1');
  });
});

describe('scores', () => {
  const image = (reached: number, more: Partial<ImageScore> = {}): ImageScore => ({
    reached,
    leads: true,
    transfer: 0.5,
    named: true,
    slope: -1,
    variation: 0,
    distance: 1,
    ...more,
  });

  test('are means, a dead image reaches nothing, and the rank counts all of them', () => {
    const [good, bad, dead] = scoreTrials([
      [image(3), image(1, { slope: 2 })],
      [image(0.5, { distance: 2 }), image(0.5, { transfer: 0, named: false })],
      [undefined, image(2)],
    ]);
    expect(good).toMatchObject({ reached: 2, transfer: 0.5, named: 1, slope: 1.5, dead: 0 });
    expect(bad).toMatchObject({ reached: 0.5, transfer: 0.25, named: 0.5, distance: 1.5 });
    expect(dead).toMatchObject({ reached: 1, transfer: 0.25, named: 0.5, slope: 1, dead: 1 });
    // More than the best real picture is no better: good and dead are first in it together.
    expect(good.score).toBeCloseTo((0.75 + 1 + 1 + 0 + 0.5 + 0.75) / 6);
    const [alone] = scoreTrials([[{ reached: 1, leads: true, slope: 0, variation: 0, distance: 1 }]]);
    expect(alone.transfer).toBeUndefined();
    expect(alone.score).toBe(1);
  });

  test('the proposed set has the best trial and those that differ most, of the better half', () => {
    const scores = [0.9, 0.8, 0.7, 0.6, 0.1, 0].map((score) => ({ score }));
    const features = [
      [0, 0],
      [0, 1],
      [3, 0],
      [0, 2],
      [99, 9],
      [9, 99],
    ].map((row) => Float32Array.from(row));
    expect(complementary(scores, features, 2)).toEqual([0, 2]);
    expect(complementary(scores, features, 3)).toEqual([0, 2, 1]);
    expect(complementary(scores, features, 9)).toHaveLength(6);
    expect(nearestDistance(features[0], features, 2)).toBe(1.5);
  });
});

test('roughness is exact on ramps, and the slope of a spectrum tells noise from smooth pictures', () => {
  const picture = (size: number, of: (x: number, y: number) => number) => {
    const data = new Uint8ClampedArray(size * size * 4).fill(255);
    for (let i = 0; i < size * size; i++) data.fill(of(i % size, Math.floor(i / size)), i * 4, i * 4 + 3);
    return { width: size, height: size, data };
  };
  expect(roughness(picture(9, (x, y) => 3 * x + 4 * y))).toBeCloseTo(5 / 255);
  const rng = createRng(1);
  expect(Math.abs(spectrumSlope(picture(48, () => 255 * rng.uniform())))).toBeLessThan(0.15);
  // The magnitude of Brownian noise along both axes falls faster than 1/f.
  const rows = Float64Array.from({ length: 48 }, () => rng.normal());
  for (let i = 1; i < 48; i++) rows[i] += rows[i - 1];
  expect(spectrumSlope(picture(48, (x, y) => 128 + 9 * rows[x] + 9 * rows[y]))).toBeLessThan(-1);
  expect(spectrumSlope(picture(8, () => 7))).toBe(0);
});

test('a judge says what classification and activations say', async () => {
  const ctx = await testContext();
  const rng = createRng(3);
  const pictures = Array.from({ length: 18 }, () => ({
    width: 8,
    height: 8,
    data: Uint8ClampedArray.from({ length: 256 }, (_, i) => (i % 4 === 3 ? 255 : 255 * rng.uniform())),
  }));
  const judged = await judge(ctx, net, pictures, ['relu']);
  for (const n of [0, 17]) {
    const input = await preprocessPicture(ctx, net, pictures[n]);
    const [guesses] = await classify(ctx, net, input);
    for (const { index, probability } of guesses) expect(judged[n].probabilities[index]).toBeCloseTo(probability, 5);
    const relu = (await activations(ctx, net, input, ['relu'])).get('relu')?.data ?? new Float32Array();
    for (let c = 0; c < 5; c++) {
      const map = relu.subarray(c * 36, (c + 1) * 36);
      expect(judged[n].peaks.get('relu')?.[c]).toBeCloseTo(Math.max(...map), 4);
      expect(judged[n].features[c]).toBeCloseTo(map.reduce((a, b) => a + b, 0) / 36, 4);
    }
  }
  const named = (...labels: string[]) => ({ ...net, labels });
  expect(sameClass(named('a', 'b'), 1, named('b', 'c'), 2)).toBe(0);
  expect(sameClass(named('a', 'b'), 0, named('b', 'c'), 2)).toBeUndefined();
  expect(sameClass(named('n01440764 tench', 'n02119789 kit fox'), 1, named('kit fox', 'tench'), 2)).toBe(0);
  expect(sameClass(net, 3, net, 4)).toBe(3);
  expect(sameClass(named('a', 'b'), 1, net, 4)).toBeUndefined();
});
