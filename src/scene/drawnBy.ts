// The images that a generator makes of codes, in a run's own pixels.
import { OptionError } from '../core/errors.js';
import { formatShape, type Shape } from '../core/shape.js';
import type { Model } from '../graph/model.js';
import type { Tape, Value } from '../graph/tape.js';
import { op as slice } from '../kernels/slice/index.js';
import { openNet } from './openNet.js';
import { outputLayer } from './outputs.js';
import { renormalize } from './renormalize.js';
import type { ImageSpace } from './space.js';

const made = new WeakMap<Value, Map<string, Value>>();

/**
 * What `net` draws of codes, `[N, C, H, W]`, mean-subtracted, in the order of the run's net: it draws what a net with its own
 * `preprocessing` takes. Of a larger image it is the centre, as the authors cut 227 of upconvfc's 256 pixels (PPGN, sampler.py). Of
 * one code it is put on the tape once.
 *
 * @throws OptionError where its output is no image that covers the run's
 */
export function drawnBy(tape: Tape, code: Value, net: string, space: ImageSpace): Value {
  const known = made.get(code) ?? new Map<string, Value>();
  made.set(code, known);
  const before = known.get(net);
  if (before) return before;
  const model = space.net(net);
  const image = openNet(model, { tape, image: code }).at.final(outputLayer(model));
  const wanted = [code.shape[0], ...space.shape];
  const isImage = image.shape.length === 4 && image.shape[1] === wanted[1];
  if (!isImage || image.shape[2] < wanted[2] || image.shape[3] < wanted[3]) {
    const rule = `'${model.name}' draws ${formatShape(image.shape)}, and the images of this run are ${formatShape(wanted)}`;
    throw new OptionError('nets', `${rule}; give a canvas that it covers`);
  }
  // A mean image is cut alike: it is the run's size about the same centre.
  const centre = centreOf(tape, centreOf(tape, image, 2, space.shape[1]), 3, space.shape[2]);
  const drawn = renormalize(tape, centre, model.preprocessing, space.preprocessing);
  known.set(net, drawn);
  return drawn;
}

/** The middle `length` of an axis. */
function centreOf(tape: Tape, x: Value, axis: number, length: number): Value {
  const start = Math.floor((x.shape[axis] - length) / 2);
  return x.shape[axis] === length ? x : tape.apply(slice, { x }, { axis, start, end: start + length });
}

/** The shape of one code of a generator, without the batch. @throws OptionError for a net with further inputs */
export function codeShape(model: Model): Shape {
  if (model.sides && model.sides.length > 0) {
    const names = model.sides.map(({ name }) => name).join(', ');
    throw new OptionError('nets', `'${model.name}' has further inputs (${names}); a generator has its code alone`);
  }
  return model.input.shape.slice(1);
}
