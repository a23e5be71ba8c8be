// What the net is shown of an image: the transforms one after another.
import { OptionError } from '../core/errors.js';
import type { Value } from '../graph/tape.js';
import type { Stage } from '../parts/kinds.js';
import type { Controls } from '../parts/live.js';
import { ofShape } from '../parts/ofShape.js';
import type { Made } from '../parts/part.js';

/** The image `[N, C, H, W]` after all transforms. */
export function transformed(
  stage: Stage,
  image: Value,
  transforms: readonly Made<'transform'>[],
  controls: Controls,
): Value {
  return transforms.reduce((shown, transform, i) => {
    const key = `transforms[${i}]`;
    if ('move' in transform) throw new OptionError(key, 'moves pixels, which is to come');
    return ofShape(key, transform, transform.apply(stage, shown, controls.of(key)), shown.shape);
  }, image);
}
