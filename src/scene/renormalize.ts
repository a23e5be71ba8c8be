// From one net's pictures to another's. A generator gives what its training had: BGR around a mean, RGB from 0 to 1. The net that
// looks at it was trained on something else.
import { OptionError, ShapeError } from '../core/errors.js';
import { formatShape } from '../core/shape.js';
import type { Preprocessing } from '../graph/model.js';
import { type Tape, type Value, variadic } from '../graph/tape.js';
import { binary } from '../kernels/binary/index.js';
import { op as concat } from '../kernels/concat/index.js';
import { scaleChannels } from '../kernels/scale/index.js';
import { op as slice } from '../kernels/slice/index.js';
import { channelScale, meanImage } from './input.js';

/**
 * An image `[N, C, H, W]` as a net with the preprocessing `from` has it, as one with `to` takes it: the pixel that `v` stands for is
 * `v / scale + mean`, in the net's order of channels. Differentiable.
 *
 * @throws OptionError where one net sees colours and the other does not, or has alpha; ShapeError for another mean image
 */
export function renormalize(tape: Tape, image: Value, from: Preprocessing, to: Preprocessing): Value {
  const { shape } = image;
  if (shape.length !== 4) throw new ShapeError('renormalize', `takes an image [N,C,H,W], got ${formatShape(shape)}`);
  if ((from.order === 'gray') !== (to.order === 'gray') || from.alpha || to.alpha) {
    const show = ({ order, alpha }: Preprocessing) => `${order}${alpha ? ' with alpha' : ''}`;
    throw new OptionError(
      'preprocessing',
      `an image in ${show(from)} does not say what one in ${show(to)} is; convert it to the same channels first`,
    );
  }
  const [, C, H, W] = shape;
  const plane = H * W;
  const ordered = from.order === to.order ? image : reversed(tape, image);
  // Numbers of `from`, in the order of `to`.
  const source = (c: number) => (from.order === to.order ? c : C - 1 - c);
  const [scaleFrom, scaleTo] = [channelScale(from, C), channelScale(to, C)];
  const [meanFrom, meanTo] = [meanImage(from, [C, H, W]), meanImage(to, [C, H, W])];
  const factor = Float32Array.from({ length: C }, (_, c) => scaleTo[c] / scaleFrom[source(c)]);
  const shift = Float32Array.from(
    { length: C * plane },
    (_, i) =>
      (meanFrom[source(Math.floor(i / plane)) * plane + (i % plane)] - meanTo[i]) * scaleTo[Math.floor(i / plane)],
  );
  const scaled = factor.every((f) => f === 1)
    ? ordered
    : tape.apply(scaleChannels, { x: ordered, factor: tape.constant('picture scale', [C], factor) }, {});
  return shift.every((s) => s === 0)
    ? scaled
    : binary(tape, 'add', scaled, tape.constant('picture shift', [1, C, H, W], shift));
}

/** The channels in the opposite order. */
function reversed(tape: Tape, image: Value): Value {
  const C = image.shape[1];
  const channels = Array.from({ length: C }, (_, c) =>
    tape.apply(slice, { x: image }, { axis: 1, start: C - 1 - c, end: C - c }),
  );
  return tape.apply(concat, variadic(channels), { axis: 1 });
}
