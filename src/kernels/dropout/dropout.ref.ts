// The value itself; in training, what the mask leaves of it.
import type { RefTensor } from '../reference.js';
import type { MaskAttrs } from './index.js';

export const ref = ({ x }: Record<string, RefTensor>): RefTensor => x;

const hash = (v: number): number => {
  const state = (Math.imul(v, 747796405) + 2891336453) >>> 0;
  const word = Math.imul((state >>> ((state >>> 28) + 4)) ^ state, 277803737) >>> 0;
  return ((word >>> 22) ^ word) >>> 0;
};

/** Dropout at a step of training. */
export const maskRef = (x: RefTensor, step: number, { ratio, seed }: MaskAttrs): RefTensor => ({
  shape: x.shape,
  data: x.data.map((v, i) => {
    const chance = (hash(i ^ hash(step ^ hash(seed))) >>> 8) / 2 ** 24;
    return chance >= Math.fround(ratio) ? v / (1 - ratio) : 0;
  }),
});
