// What inversions say of themselves, by numbers worked out anew, and what is refused before anything is computed.
import { expect, test } from 'vitest';
import { testContext } from '../../test/support/device.js';
import { distinct } from '../../test/support/op.js';
import { smallNet } from '../objectives/smallNet.ref.js';
import { isMade } from '../parts/part.js';
import { toSpecs } from '../synthesize/study.js';
import { checkInversion, INVERSIONS, inversionStudy, invert } from './invert.js';

const net = smallNet(4, 3, (n) => distinct(n, n));
/** A net that multiplies pixels by 1/50 after subtracting 100. */
const model = { ...net.model, preprocessing: { ...net.model.preprocessing, scale: 0.02, mean: [100, 100, 100] } };
const SIZE = 3 * 11 * 11;
const inputs = distinct(2 * SIZE, 4).map((v) => 2 * v);
const ctx = await testContext();

test('the errors of each image are those of its code and its pixels, worked out in float64', async () => {
  const made = await invert(ctx, model, inputs, {
    layer: 'conv5',
    channels: [0, 2],
    seeds: [1, 5],
    steps: 12,
    atOnce: 3,
  });
  expect(made.map(({ picture, seed }) => [picture, seed])).toEqual([
    [0, 1],
    [0, 5],
    [1, 1],
    [1, 5],
  ]);
  for (const { picture, image, codeError, imageError } of made) {
    const input = inputs.subarray(picture * SIZE, (picture + 1) * SIZE);
    const code = (x: Float64Array) => [0, 2].flatMap((c) => [...net.layers(x)('conv5', 0)[c]]);
    const [own, wanted] = [Float64Array.from(image, (v) => v * 0.02), Float64Array.from(input)].map(code);
    const squares = (v: readonly number[]) => v.reduce((sum, x) => sum + x * x, 0);
    expect(codeError).toBeCloseTo(squares(own.map((v, i) => v - wanted[i])) / squares(wanted), 5);
    const off = Array.from(image, (v, i) => (v - input[i] / 0.02) / 255);
    expect(imageError).toBeCloseTo(Math.sqrt(squares(off) / SIZE), 5);
    expect(Math.min(...image)).toBeGreaterThanOrEqual(-100);
    expect(Math.max(...image)).toBeLessThanOrEqual(155);
  }
});

test('more steps leave less error, and each image is the one that it is alone', async () => {
  const both = await invert(ctx, model, inputs, { layer: 'conv4', steps: 40 });
  const [brief] = await invert(ctx, model, inputs, { layer: 'conv4', steps: 5 });
  expect(both[0].codeError).toBeLessThan(0.7 * brief.codeError);
  const [alone] = await invert(ctx, model, inputs.slice(SIZE), { layer: 'conv4', steps: 40 });
  expect(alone.image).toEqual(both[1].image);
});

test('phases share the steps that are asked for, one at least each', () => {
  const stepsOf = (steps: number) => {
    const study = inversionStudy(model, { layer: 'conv5', preset: 'mahendran', steps });
    return [study.steps, ...(study.phases ?? []).map((phase) => phase.steps)];
  };
  expect(stepsOf(403)).toEqual([101, 201, 101]);
  expect(stepsOf(40)).toEqual([10, 20, 10]);
  expect(stepsOf(3)).toEqual([1, 1, 1]);
  expect(() => stepsOf(2)).toThrow('steps: must be a whole number from 3, got 2');
});

test('images are held smoother the deeper the layer is: at 1/4, 1/2 and all of the layers', () => {
  const weights = (preset: string) =>
    ['conv4', 'conv5', 'fc8'].map((layer) => {
      const { regularize } = toSpecs(inversionStudy(model, { layer, preset }));
      return regularize.map((part) => (isMade(part) ? 0 : part.weight))[preset === 'inversionSpectrum' ? 1 : 0];
    });
  // conv4's blob holds what relu4 makes of it, the second of four layers.
  const [blob, , last] = weights('mahendran').map((weight) => Number(weight) * 2 * SIZE * 0.268 ** 2);
  expect(blob).toBeCloseTo(10, 9);
  expect(last).toBeCloseTo(100, 9);
  for (const preset of ['inversionFourier', 'inversionSpectrum']) {
    const own = weights(preset).map((weight) => Number(weight) * 2 * 0.268 ** 2);
    for (const [i, lambda] of [2, 6, 6].entries()) expect(own[i]).toBeCloseTo(lambda, 9);
  }
});

test('every preset says what it is', () => {
  for (const { text, source, changes } of INVERSIONS.values()) {
    for (const words of [text, source, changes]) expect(words).toMatch(/^\S.*[\w.)]$/);
  }
});

test.each<readonly [string, object, string]>([
  ['a layer that the net has not', { layer: 'conv9' }, "'conv9'"],
  [
    'a channel outside',
    { layer: 'conv5', channels: [4] },
    "match.channels: 4 is outside layer 'conv5' [1,4,6,6], channels 0 to 3",
  ],
  ['no channels', { layer: 'conv5', channels: [] }, 'match.channels: must be a list of numbers, got []'],
  [
    'places outside',
    { layer: 'conv5', places: [0, 0, 7, 6] },
    "match.places: 0, 0, 7, 6 is outside layer 'conv5' [1,4,6,6]",
  ],
  [
    'places that are none',
    { layer: 'conv5', places: [2, 0, 2, 6] },
    'match.places: must be top, left, bottom, right with top < bottom',
  ],
  [
    'places of a layer without maps',
    { layer: 'fc8', places: [0, 0, 1, 1] },
    "match.places: 0, 0, 1, 1 is outside layer 'fc8' [1,3]",
  ],
  ['a preset that there is not', { layer: 'conv5', preset: 'mahendra' }, "Did you mean 'mahendran'?"],
  ['a seed that is none', { layer: 'conv5', seeds: [0.5] }, 'study.seeds: seeds are integers'],
])('%s is refused by name', (_, options, message) => {
  expect(() => checkInversion(model, { layer: '', ...options })).toThrow(message);
});

test('a picture of which the units hold nothing is refused before the run', async () => {
  const weights = new Map(model.weights);
  for (const key of ['w5', 'b5']) {
    const { shape } = weights.get(key) ?? { shape: [] };
    weights.set(key, { shape, dtype: 'f32', data: new Float32Array(shape.reduce((a, b) => a * b, 1)) });
  }
  await expect(invert(ctx, { ...model, weights }, inputs, { layer: 'conv5' })).rejects.toThrow(
    "layer: 'conv5' holds nothing but zeros of picture 1",
  );
  await expect(invert(ctx, model, inputs.subarray(1), { layer: 'conv5' })).rejects.toThrow(
    'images: needs a multiple of 363',
  );
  await expect(invert(ctx, model, inputs, { layer: 'conv5', preset: 'inversionSpectrum' })).rejects.toThrow(
    "'natural' are not given",
  );
});

test('an aborted call returns what was finished, and tells how far it is', async () => {
  const stop = new AbortController();
  const shares: number[] = [];
  const onProgress = (share: number) => {
    shares.push(share);
    if (share > 0.7) stop.abort();
  };
  const made = await invert(ctx, model, inputs, {
    layer: 'conv5',
    steps: 60,
    atOnce: 1,
    signal: stop.signal,
    onProgress,
  });
  expect(made.map(({ picture }) => picture)).toEqual([0]);
  expect(shares).toEqual([...shares].sort((a, b) => a - b));
  expect(Math.max(...shares)).toBeLessThanOrEqual(1);
});
