// What the images of a run are: their size, the mean that the net subtracts, where their colours stand, and what is known of the
// pictures that they should resemble.
import { OptionError } from '../core/errors.js';
import type { Shape } from '../core/shape.js';
import type { Model, Preprocessing } from '../graph/model.js';
import { channelScale, imageShape, meanAt } from './input.js';
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
  /** How pixels become the numbers of an image: the net's mean and order of channels, and no scale. */
  readonly preprocessing: Preprocessing;
  /** Another net, by the name that a recipe gives it. @throws OptionError where it was not given */
  net(name: string): Model;
  /** Pictures `[n, C, H, W]`, mean-subtracted, of the images' size, by the name that a recipe gives them: one for all images, or one each. @throws OptionError */
  pictures(name: string): { readonly shape: Shape; readonly data: Float32Array };
  /** Further numbers, such as the bounds of a code, by the name that a recipe gives them. @throws OptionError */
  numbers(name: string): Float32Array;
}

/** What a run was given, by the names that its recipe uses. */
export interface Given {
  readonly statistics?: StatisticsByName;
  readonly nets?: Readonly<Record<string, Model>>;
  /** Pictures as numbers in the net's input layout. */
  readonly references?: Readonly<Record<string, Float32Array>>;
  readonly numbers?: Readonly<Record<string, Float32Array>>;
}

/** Statistics of pictures, by name. */
export type StatisticsByName = Readonly<Record<string, ImageStatistics>>;

/** The images of a net, of its own size or another: `[H, W]`. */
export function spaceOf(model: Model, size?: readonly [H: number, W: number], given: Given = {}): ImageSpace {
  const input = imageShape(model);
  const [C, H, W] = input;
  const shape = [C, ...(size ?? [H, W])] as const;
  const mean = meanAt(model, [shape[1], shape[2]]);
  return {
    shape,
    input,
    mean,
    preprocessing: { ...model.preprocessing, mean: { shape, data: mean }, scale: 1 },
    colours() {
      const { order } = model.preprocessing;
      if (C === 1) return [0];
      if (C === 3) return order === 'bgr' ? [2, 1, 0] : [0, 1, 2];
      throw new OptionError('params', `needs a net that takes colours or gray; '${model.name}' takes ${C} channels`);
    },
    statistics: (name) => known('statistics', given.statistics, name),
    net: (name) => known('nets', given.nets, name),
    pictures(name) {
      const numbers = known('references', given.references, name);
      const [, height, width] = shape;
      const count = numbers.length / (C * height * width);
      if (!Number.isInteger(count) || count < 1) {
        const rule = `'${name}' has ${numbers.length} numbers, and must be pictures of ${C}×${height}×${width}, the size of the images`;
        throw new OptionError('references', rule);
      }
      const scale = channelScale(model.preprocessing, C);
      const data = numbers.map((v, i) => v / scale[Math.floor(i / (height * width)) % C]);
      return { shape: [count, ...shape], data };
    },
    numbers: (name) => known('numbers', given.numbers, name),
  };
}

/** What was given by name. @throws OptionError */
function known<T>(option: string, all: Readonly<Record<string, T>> = {}, name: string): T {
  if (Object.hasOwn(all, name)) return all[name];
  const names = Object.keys(all).join(', ') || 'none';
  throw new OptionError(
    option,
    `'${name}' are not given (given: ${names}). Pass them to the run: { ${option}: { ${name}: … } }`,
  );
}
