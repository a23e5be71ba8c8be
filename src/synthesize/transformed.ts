// What the net is shown of an image: the transforms one after another. Those that move pixels are gathered into one sampling, since
// each sampling blurs the image and costs a pass.
import { OptionError } from '../core/errors.js';
import type { Tape, Value } from '../graph/tape.js';
import { binary } from '../kernels/binary/index.js';
import type { Motion, Moving, Stage } from '../parts/kinds.js';
import type { Controls } from '../parts/live.js';
import { ofShape } from '../parts/ofShape.js';
import type { Made } from '../parts/part.js';

/** Motions that are not yet applied, and the transform that applies them. */
interface Pending extends Pick<Moving, 'border' | 'sample'> {
  readonly motion: Motion;
}

/** The image `[N, C, H, W]` after all transforms, in the size that the net takes. @throws OptionError where it has another */
export function transformed(
  stage: Stage,
  image: Value,
  transforms: readonly Made<'transform'>[],
  controls: Controls,
): Value {
  const { tape, batch, space } = stage;
  const [, rows, columns] = space.input;
  const moved = (x: Value, pending: Pending | undefined): Value =>
    pending ? pending.sample(stage, x, pending.motion, pending.border ?? 'reflect') : x;

  let shown = image;
  let pending: Pending | undefined;
  for (const [i, transform] of transforms.entries()) {
    const key = `transforms[${i}]`;
    const live = controls.of(key);
    if ('move' in transform) {
      const { border = pending?.border, sample } = transform;
      if (pending?.border && pending.border !== border) {
        shown = moved(shown, pending);
        pending = undefined;
      }
      const before = pending?.motion ?? { theta: rows6(tape, batch, [1, 0, 0, 0, 1, 0]), size: sizeOf(shown) };
      pending = { motion: transform.move(stage, before, live), sample, ...(border && { border }) };
    } else {
      shown = moved(shown, pending);
      pending = undefined;
      shown = ofShape(key, transform, transform.apply(stage, shown, live), shown.shape);
    }
  }
  const [H, W] = pending?.motion.size ?? sizeOf(shown);
  if (H === rows && W === columns) return moved(shown, pending);
  if (!pending) {
    throw new OptionError(
      'canvas',
      `is ${H}x${W} and the net takes ${rows}x${columns}; add a transform that moves the image, such as window or scale`,
    );
  }
  // The image is stretched to the net's size in the same sampling.
  return moved(shown, { ...pending, motion: stretchedTo([rows, columns], stage, pending.motion) });
}

const sizeOf = ({ shape }: Value): readonly [number, number] => [shape[2], shape[3]];

/** Six numbers for each image, `[N, 6]`. */
const rows6 = (tape: Tape, N: number, numbers: readonly number[]): Value =>
  tape.constant(
    'motion',
    [N, 6],
    Float32Array.from({ length: 6 * N }, (_, i) => numbers[i % 6]),
  );

/** The motion `before`, its result stretched to `size`. */
function stretchedTo([H, W]: readonly [number, number], { tape, batch }: Stage, before: Motion): Motion {
  const [y, x] = [before.size[0] / H, before.size[1] / W];
  // theta maps places of the result to places of the image: a finer grid takes smaller steps.
  return { theta: binary(tape, 'mul', before.theta, rows6(tape, batch, [y, x, 1, y, x, 1])), size: [H, W] };
}
