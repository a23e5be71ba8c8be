// What the transforms that move pixels have in common.
import { op as affineSample } from '../kernels/affineSample/index.js';
import { type Attrs, DRAWS, op as motion } from '../kernels/motion/index.js';
import type { ChoiceField } from '../parts/fields.js';
import type { Border, Motion, Moving, Stage } from '../parts/kinds.js';

/** What is beyond the border of the image. */
export const borderField = (fallback: Border) =>
  ({
    type: 'choice',
    of: ['reflect', 'border', 'zero', 'wrap'],
    default: fallback,
    text: 'what is beyond the border: the mirror image, the outermost pixels, the mean colour, or the image again',
  }) as const satisfies ChoiceField<Border>;

/** How an image is moved. */
export const sample: Moving['sample'] = ({ tape }, x, { theta, size }, border) =>
  tape.apply(affineSample, { x, theta }, { size, border });

/** The motion before, and then one that is drawn anew at each step. */
export const moved = ({ tape, random }: Stage, { theta, size }: Motion, attrs: Attrs): Motion => ({
  theta: tape.apply(motion, { theta, draws: random.uniform([DRAWS]) }, attrs),
  size,
});
