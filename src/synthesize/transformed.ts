// What the net is shown of an image: the transforms one after another. Those that move pixels are gathered into one sampling, since
// each sampling blurs the image and costs a pass.
import type { Value } from '../graph/tape.js';
import { op as affineSample } from '../kernels/affineSample/index.js';
import { binary } from '../kernels/binary/index.js';
import { still } from '../kernels/motion/index.js';
import type { Border, Motion, Stage } from '../parts/kinds.js';
import type { Controls } from '../parts/live.js';
import { ofShape } from '../parts/ofShape.js';
import type { Made } from '../parts/part.js';

/** Motions that are not yet applied. */
interface Pending {
  readonly motion: Motion;
  readonly border: Border;
}

/** The image `[N, C, H, W]` after all transforms, in the size that the net takes. */
export function transformed(
  stage: Stage,
  image: Value,
  transforms: readonly Made<'transform'>[],
  controls: Controls,
): Value {
  const { tape, batch, space } = stage;
  const [, rows, columns] = space.input;
  const unmoved = (x: Value): Motion => ({ theta: still(tape, batch), size: [x.shape[2], x.shape[3]] });
  const moved = (x: Value, pending: Pending | undefined): Value => {
    if (!pending) return x;
    const { theta, size } = pending.motion;
    return tape.apply(affineSample, { x, theta }, { size, border: pending.border });
  };

  let shown = image;
  let pending: Pending | undefined;
  for (const [i, transform] of transforms.entries()) {
    const key = `transforms[${i}]`;
    const live = controls.of(key);
    if ('move' in transform) {
      if (pending && pending.border !== transform.border) {
        shown = moved(shown, pending);
        pending = undefined;
      }
      const motion: Motion = transform.move(stage, pending?.motion ?? unmoved(shown), live);
      pending = { motion, border: transform.border };
    } else {
      shown = moved(shown, pending);
      pending = undefined;
      shown = ofShape(key, transform, transform.apply(stage, shown, live), shown.shape);
    }
  }
  const [H, W] = pending?.motion.size ?? [shown.shape[2], shown.shape[3]];
  if (H === rows && W === columns) return moved(shown, pending);
  // The net takes another size: the image is stretched to it, with the motions before in the same sampling.
  const before = pending?.motion ?? unmoved(shown);
  return moved(shown, {
    motion: stretchedTo([rows, columns], stage, before),
    border: pending?.border ?? 'border',
  });
}

/** The motion `before`, its result stretched to `size`. */
function stretchedTo([H, W]: readonly [number, number], { tape, batch }: Stage, before: Motion): Motion {
  const [y, x] = [before.size[0] / H, before.size[1] / W];
  // theta maps places of the result to places of the image: a finer grid takes smaller steps.
  const factors = [y, x, 1, y, x, 1];
  const steps = tape.constant(
    'stretch',
    [batch, 6],
    Float32Array.from({ length: 6 * batch }, (_, i) => factors[i % 6]),
  );
  return { theta: binary(tape, 'mul', before.theta, steps), size: [H, W] };
}
