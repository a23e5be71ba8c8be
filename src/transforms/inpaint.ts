import { definePart } from '../parts/part.js';
import { HOLE_FIELDS, inpainted } from '../scene/inpainted.js';

/** A picture is kept but for a hole, so the net sees what is painted there within what was around it. */
export const inpaint = definePart({
  kind: 'transform',
  name: 'inpaint',
  text: 'Shows a given picture, and the image only where a mask is white.',
  source: 'Nguyen et al. 2017 (PPGN), sampler.py: x ← mask·G(h) + (1 − mask)·image',
  fields: HOLE_FIELDS,
  make: (hole) => ({
    label: `inpaint ${hole.picture}`,
    apply: ({ tape, space }, image) => inpainted(tape, image, hole, space),
  }),
});
