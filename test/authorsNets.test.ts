// Nets in the authors' shapes, all sizes of pictures theirs, with fewer channels: `npm run docs:ppgn -- 4 authors` runs them whole.
import { describe, expect, test } from 'vitest';
import { AUTHORS_CONDITIONS, authorsChains } from '../bench/ppgn/authors.js';
import { authorsNets } from '../bench/ppgn/authorsNets.js';
import { sizeOf } from '../src/core/shape.js';
import type { Model } from '../src/graph/model.js';
import { testContext } from './support/device.js';

const weightsOf = ({ weights }: Model) => [...weights.values()].reduce((sum, { shape }) => sum + sizeOf(shape), 0);

describe('nets in the authors’ shapes', () => {
  const nets = authorsNets(16);

  test.each(AUTHORS_CONDITIONS)('a chain of $title walks', async ({ condition }) => {
    const frames = await authorsChains(await testContext(), nets, condition, 2);
    expect(frames.map(([{ step }]) => step)).toEqual([1, 2]);
    const [[first], [last]] = frames;
    expect(last.image.length).toBe(3 * 227 * 227);
    for (const { objective, image } of [first, last]) {
      expect(objective).toBeLessThan(0);
      expect(image.every(Number.isFinite)).toBe(true);
    }
    expect(last.image).not.toEqual(first.image);
  });

  test('the whole nets are as large as theirs', () => {
    const { caffenet, generator } = authorsNets();
    // Bytes are not made before they are read.
    expect(weightsOf(caffenet)).toBe(60_965_224);
    expect(Math.round(weightsOf(generator) / 1e5)).toBe(561);
  });
});
