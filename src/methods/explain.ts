// What in pictures made a unit, a class or any objective what it is, by any method of attribution: gradients (Simonyan et al. 2013),
// integrated gradients (Sundararajan et al. 2017), the maps of Grad-CAM (Selvaraju et al. 2017) and its kin, relevance (Bach et al. 2015),
// occlusion (Zeiler & Fergus 2013) and RISE (Petsiuk et al. 2018). Each method is a part, in src/attribute/methods.
import { methodNamed } from '../attribute/methodNamed.js';
import { startAtUnit } from '../attribute/start.js';
import { NotFiniteError, OptionError } from '../core/errors.js';
import { formatShape, sizeOf } from '../core/shape.js';
import type { Context } from '../gpu/context.js';
import type { Model } from '../graph/model.js';
import type { Attribution, Objective, Question } from '../parts/kinds.js';
import { type AnyPart, isMade, type Made, type PartSpec } from '../parts/part.js';
import type { ForwardOptions } from '../scene/forward.js';
import { batchOf, withBatch } from '../scene/input.js';
import { parseUnit, type UnitAddress } from '../scene/unit.js';

/** What is explained, and how. */
export interface ExplainOptions extends ForwardOptions {
  /** `layer:channel[:y,x]` or the same as numbers: its activation. A class is a channel of the layer with the scores. */
  readonly unit?: string | UnitAddress;
  /** Any objective, in place of a unit. */
  readonly objective?: Pick<Objective, 'build'>;
  /** A method by name, with its fields beside the name, or one that was made. */
  readonly method: string | PartSpec | Made<'attribution method'>;
  /** Methods of one's own that can be named. */
  readonly parts?: readonly AnyPart[];
  /** Pictures that go through the net at once. */
  readonly atOnce?: number;
  /** Pictures by name, each `[C, H, W]` in the net's input layout: `baseline`, for methods that compare with it. */
  readonly pictures?: Question['pictures'];
  /** Called after each run of the network, by methods that ask about many variants of a picture: so many of them are done. */
  readonly onProgress?: Question['onProgress'];
}

const AT_ONCE = 8;

/**
 * Explains each of `images`, a flat batch in the net's input layout, for itself.
 *
 * @throws OptionError, UnknownNameError, ShapeError, LimitError, NotFiniteError where the map holds no numbers
 */
export async function explain(
  ctx: Context,
  model: Model,
  images: Float32Array,
  options: ExplainOptions,
): Promise<Attribution> {
  const { method, parts = [], atOnce = AT_ONCE, pictures, inputs, signal, onProgress } = options;
  const { shape } = model.input;
  const batch = batchOf(images, shape);
  if (!Number.isInteger(batch) || batch < 1) {
    const size = sizeOf(withBatch(shape, 1));
    throw new OptionError(
      'images',
      `needs a multiple of ${size} numbers for ${formatShape(shape)}, got ${images.length}`,
    );
  }
  if (!(Number.isInteger(atOnce) && atOnce >= 1))
    throw new OptionError('atOnce', `must be a whole number from 1, got ${atOnce}`);
  const target = targetOf(options);
  const spec = typeof method === 'string' ? { name: method } : method;
  const made = isMade(spec) ? spec : await methodNamed(spec, parts);
  const result = await made.run({
    ctx,
    model,
    images: { shape: withBatch(shape, batch), data: images },
    target,
    atOnce,
    ...(pictures && { pictures }),
    ...(inputs && { inputs }),
    ...(signal && { signal }),
    ...(onProgress && { onProgress }),
  });
  if (result.map.data.every((v) => Number.isFinite(v))) return result;
  throw new NotFiniteError(
    `The map of '${made.label}' holds NaN or infinity; the net's own numbers may overflow in this picture.`,
  );
}

/** @throws OptionError */
function targetOf({ unit, objective }: ExplainOptions): Question['target'] {
  if ((unit === undefined) === (objective === undefined))
    throw new OptionError('unit', 'name a unit, or give an objective, and not both');
  if (objective) return objective;
  const address = typeof unit === 'string' ? parseUnit(unit) : unit;
  // All of its layer is computed, so that methods find the layers before it on its way.
  return { build: (scene) => startAtUnit(scene, address as UnitAddress).from };
}
