// Views that keep a picture recognisable, which presets share.
import type { Made } from '../../parts/part.js';
import { rotate } from '../../transforms/rotate.js';
import { scale } from '../../transforms/scale.js';
import { shift } from '../../transforms/shift.js';

/** A little to the side, a little larger or smaller, a little turned, mirrored at the borders: anew at each step. */
export const gentle = (side: number): readonly Made<'transform'>[] => [
  shift.make({ reach: Math.round(side * 0.055), pixels: 'any' }),
  scale.make({ low: 0.92, high: 1.08 }),
  rotate.make({ angle: 7 }),
];
