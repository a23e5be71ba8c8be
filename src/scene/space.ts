// What the images of a run are: their size, the mean that the net subtracts, where their colours stand, and what is known of the
// pictures that they should resemble.
import { OptionError } from '../core/errors.js';
import type { Model } from '../graph/model.js';
import { imageShape, meanAt } from './input.js';
import type { ImageStatistics } from './statistics.js';

/** Greatest value of a pixel. */
export const WHITE = 255;

/** The images of a run. */
export interface ImageSpace {
  /** `[C, H, W]` of an image before the transforms. It may be larger than what the net takes. */
  readonly shape: readonly [C: number, H: number, W: number];
  /** What the net takes, `[C, H, W]`. */
  readonly input: readonly [C: number, H: number, W: number];
  /** The net's mean image of this size, in its order of channels. */
  readonly mean: Float32Array;
  /** The channels of red, green and blue; one channel where the net takes gray. @throws OptionError where channels are no colours */
  colours(): readonly number[];
  /** Statistics of real pictures, by the name that a recipe gives them. @throws OptionError where they were not given */
  statistics(name: string): ImageStatistics;
}

/** Statistics of pictures, by name. */
export type StatisticsByName = Readonly<Record<string, ImageStatistics>>;

/** The images of a net, of its own size or another: `[H, W]`. */
export function spaceOf(
  model: Model,
  size?: readonly [H: number, W: number],
  statistics: StatisticsByName = {},
): ImageSpace {
  const input = imageShape(model);
  const [C, H, W] = input;
  const shape = [C, ...(size ?? [H, W])] as const;
  return {
    shape,
    input,
    mean: meanAt(model, [shape[1], shape[2]]),
    colours() {
      const { order } = model.preprocessing;
      if (C === 1) return [0];
      if (C === 3) return order === 'bgr' ? [2, 1, 0] : [0, 1, 2];
      throw new OptionError('params', `needs a net that takes colours or gray; '${model.name}' takes ${C} channels`);
    },
    statistics(name) {
      const found = Object.hasOwn(statistics, name) ? statistics[name] : undefined;
      if (found) return found;
      const given = Object.keys(statistics).join(', ') || 'none';
      throw new OptionError(
        'statistics',
        `'${name}' are not given (given: ${given}). Pass them to the run: { statistics: { ${name}: … } }`,
      );
    },
  };
}
