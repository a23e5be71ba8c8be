// Arrays for inputs, and further inputs beside the image: in which shapes they are taken, and how they go along with a batch.
import { describe, expect, test } from 'vitest';
import { expectClose } from '../../test/support/close.js';
import { testContext } from '../../test/support/device.js';
import { type Model, PLAIN } from '../graph/model.js';
import { arrangeInput } from './arrange.js';
import { activations } from './forward.js';
import { neededSides } from './neededSides.js';

/** Of an image, a map and a vector: their difference, and the vector alone. */
const model: Model = {
  name: 'three',
  input: { name: 'x', shape: [1, 2, 2, 3] },
  sides: [
    { name: 'other', shape: [1, 2, 2, 3] },
    { name: 'vector', shape: [1, 4] },
  ],
  layers: [
    {
      name: 'sum',
      type: 'eltwise',
      attrs: { operation: 'sum', coefficients: [1, -1] },
      inputs: ['x', 'other'],
      output: 'sum',
      weights: {},
    },
    { name: 'relu', type: 'relu', attrs: {}, inputs: ['vector'], output: 'relu', weights: {} },
  ],
  weights: new Map(),
  preprocessing: PLAIN,
};
const numbers = (n: number, from = 0) => Float32Array.from({ length: n }, (_, i) => from + i);

describe('further inputs', () => {
  test('are needed by what depends on them alone', () => {
    const needed = (...names: string[]) => neededSides(model, names).map(({ name }) => name);
    expect(needed('sum')).toEqual(['other']);
    expect(needed('relu')).toEqual(['vector']);
    expect(needed('sum', 'relu')).toEqual(['other', 'vector']);
    expect(needed('x')).toEqual([]);
  });

  test('given once go along with every image of a batch; given for each they do not change', async () => {
    const ctx = await testContext();
    const x = numbers(24);
    const once = { shape: [1, 2, 2, 3], data: numbers(12, 5) };
    const run = async (other: typeof once) =>
      (await activations(ctx, model, x, ['sum'], { inputs: { other } })).get('sum');
    const want = x.map((v, i) => v - (5 + (i % 12)));
    expectClose('once', (await run(once))?.data ?? [], want, [2, 2, 2, 3], { atol: 0, rtol: 0 });
    const each = { shape: [2, 2, 2, 3], data: numbers(24, 7) };
    expectClose(
      'each',
      (await run(each))?.data ?? [],
      x.map((v, i) => v - (7 + i)),
      [2, 2, 2, 3],
      { atol: 0, rtol: 0 },
    );
  });
});

describe('an array for an input', () => {
  const image = { name: 'x', shape: [1, 2, 2, 3] };
  test('has the input’s shape, with any number of images or without a batch', () => {
    const data = numbers(24);
    expect(arrangeInput(image, { shape: [2, 2, 2, 3], data })).toEqual({ shape: [2, 2, 2, 3], data });
    expect(arrangeInput(image, { shape: [2, 2, 3], data: numbers(12) }).shape).toEqual([1, 2, 2, 3]);
    expect(arrangeInput({ name: 'v', shape: [1, 4] }, { shape: [4], data: numbers(4) }).shape).toEqual([1, 4]);
  });

  test('made for a file with channels last, and one without a batch, is turned', () => {
    const last = arrangeInput({ ...image, layout: 'nhwc' }, { shape: [1, 2, 3, 2], data: numbers(12) });
    expect([...last.data]).toEqual([0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11]);
    const hwc = arrangeInput({ ...image, layout: 'hwc' }, { shape: [2, 3, 2], data: numbers(12) });
    expect(hwc).toEqual(last);
  });

  test('of another shape is refused, though it has as many numbers', () => {
    const data = numbers(12);
    expect(() => arrangeInput(image, { shape: [1, 2, 3, 2], data })).toThrow(
      "input 'x': takes an array [1,2,2,3], got [1,2,3,2]",
    );
    expect(() => arrangeInput(image, { shape: [12], data })).toThrow('got [12]');
    expect(() => arrangeInput({ ...image, layout: 'nhwc' }, { shape: [1, 3, 2, 2], data })).toThrow(
      '[1,2,3,2] or [1,2,2,3], got [1,3,2,2]',
    );
    expect(() => arrangeInput({ name: 'v', shape: [1, 4] }, { shape: [2, 2], data: numbers(4) })).toThrow(
      '[1,4], got [2,2]',
    );
  });
});
