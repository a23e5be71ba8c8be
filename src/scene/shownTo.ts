// One net's images as another net takes them: other colours, another mean, another size.
import { type Model, PLAIN } from '../graph/model.js';
import type { Tape, Value } from '../graph/tape.js';
import { op as affineSample } from '../kernels/affineSample/index.js';
import { imageShape } from './input.js';
import { renormalize } from './renormalize.js';

/**
 * What `to` takes `[N, C, H, W]` of what `from` takes. Another size is reached by one bilinear sampling of the whole image, which skips
 * pixels where it becomes less than half as large. Differentiable.
 *
 * @throws OptionError where one net sees colours and the other does not
 */
export function shownTo(tape: Tape, image: Value, from: Model, to: Model): Value {
  const [N, , H0, W0] = image.shape;
  const [, H, W] = imageShape(to);
  if (H === H0 && W === W0) return renormalize(tape, image, from.preprocessing, to.preprocessing);
  // A mean image has the size of its own net: pixels are what both have in common.
  const pixels = { ...PLAIN, order: to.preprocessing.order };
  const theta = tape.constant(
    'stretch',
    [N, 6],
    Float32Array.from({ length: 6 * N }, (_, i) => [H0 / H, 0, 0, 0, W0 / W, 0][i % 6]),
  );
  const x = tape.apply(
    affineSample,
    { x: renormalize(tape, image, from.preprocessing, pixels), theta },
    { size: [H, W], border: 'border' },
  );
  return renormalize(tape, x, pixels, to.preprocessing);
}
