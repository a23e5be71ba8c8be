// Fields that several methods of attribution have.
import { MAX_RADIUS } from '../../kernels/blur/index.js';
import type { Method } from '../parts.js';

/** Rules of the way back that a method by gradients may be combined with. */
const RULES = ['gradient', 'deconv', 'guided'] as const satisfies readonly Method[];

export const RULE = {
  type: 'choice',
  of: RULES,
  default: 'gradient',
  text: 'how ReLUs let cotangents through on the way back',
} as const;

export const SEED = {
  type: 'number',
  whole: true,
  min: 0,
  max: 2 ** 32 - 1,
  default: 0,
  text: 'of the random numbers, which are the same for each picture',
} as const;

export const LAYER = {
  type: 'text',
  optional: true,
  text: 'layer whose maps are weighed; by default the last maps before pooling that all ways to the target lead through',
} as const;

export const BASELINE = {
  type: 'choice',
  of: ['black', 'mean', 'blurred', 'noise', 'picture'],
  default: 'mean',
  text: 'what stands for nothing: black pixels, the mean that the net subtracts, the picture blurred, random pixels, or the picture `baseline` that is given',
} as const;

export const BLUR = {
  type: 'number',
  above: 0,
  // The op reads so many pixels on each side at most.
  max: MAX_RADIUS / 4,
  default: 10,
  unit: 'px',
  text: 'standard deviation of the blur of a blurred baseline',
} as const;
