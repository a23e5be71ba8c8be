// VITAL as one objective: sorted features of several layers, each with its weight.
import { OptionError } from '../core/errors.js';
import type { Made } from '../parts/part.js';
import { scale } from './scale.js';
import { sortedFeatures } from './sortedFeatures.js';
import { sum } from './sum.js';

/** What VITAL may be told. */
export interface VitalOptions {
  /** From the image on; VITAL has the first convolution and the stages of a ResNet. */
  readonly layers: readonly string[];
  /** A factor for each layer; all 1 by default. */
  readonly weights?: readonly number[];
  /** The name under which the run is given the reference pictures: of a class any 50, of a unit the 50 that it likes best. */
  readonly pictures: string;
  /** `layer:channel` of the inner unit that is asked about, behind all of `layers`. Absent for a class, whose pictures say all. */
  readonly unit?: string;
}

/**
 * The objective of VITAL (Gorgun et al. 2025). Its pictures go to the run: `createRun(ctx, model, …, { references: { [pictures]: [...] } })`.
 *
 * The rest of the study there: x₀ of the standard normal distribution in normalized colours, Adam with β (0.5, 0.9) and learning rate 1 on a cosine
 * with 100 steps of warm-up, 2000 steps, jitter 30, flips, colours clipped.
 *
 * @throws OptionError for another number of weights than layers
 */
export function vital({ layers, weights, pictures, unit }: VitalOptions): Made<'objective'> {
  if (weights && weights.length !== layers.length)
    throw new OptionError('weights', `needs ${layers.length}, one for each layer, got ${weights.length}`);
  return sum.make({
    of: layers.map((layer, i) => {
      const one = sortedFeatures.make({ layer, pictures, ...(unit !== undefined && { unit }) });
      return weights ? scale.make({ by: weights[i], of: [one] }) : one;
    }),
  });
}
