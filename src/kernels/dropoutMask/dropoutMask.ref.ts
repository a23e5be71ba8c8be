// Dropout in training, in float64: the mask from the same hash as the shader's.
import type { RefTensor } from '../reference.js';
import type { MaskAttrs } from './index.js';

const hash = (v: number): number => {
  const state = (Math.imul(v, 747796405) + 2891336453) >>> 0;
  const word = Math.imul((state >>> ((state >>> 28) + 4)) ^ state, 277803737) >>> 0;
  return ((word >>> 22) ^ word) >>> 0;
};

/** What the mask of a step leaves of x. */
export const ref = (x: RefTensor, step: number, { ratio, seed }: MaskAttrs): RefTensor => ({
  shape: x.shape,
  data: x.data.map((v, i) => {
    const chance = (hash(i ^ hash(step ^ hash(seed))) >>> 8) / 2 ** 24;
    return chance >= Math.fround(ratio) ? v / (1 - ratio) : 0;
  }),
});
