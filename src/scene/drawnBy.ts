// The images that a generator makes of codes, in a run's own pixels.
import { OptionError } from '../core/errors.js';
import { formatShape, type Shape } from '../core/shape.js';
import type { Model } from '../graph/model.js';
import type { Tape, Value } from '../graph/tape.js';
import { openNet } from './openNet.js';
import { outputLayer } from './outputs.js';
import { renormalize } from './renormalize.js';
import type { ImageSpace } from './space.js';

const made = new WeakMap<Value, Map<string, Value>>();

/**
 * What `net` draws of codes, `[N, C, H, W]`, mean-subtracted, in the order of the run's net: it draws what a net with its own
 * `preprocessing` takes. Of one code it is put on the tape once.
 *
 * @throws OptionError where its output is no image of the run's size
 */
export function drawnBy(tape: Tape, code: Value, net: string, space: ImageSpace): Value {
  const known = made.get(code) ?? new Map<string, Value>();
  made.set(code, known);
  const before = known.get(net);
  if (before) return before;
  const model = space.net(net);
  const image = openNet(model, { tape, image: code }).at.final(outputLayer(model));
  const wanted = [code.shape[0], ...space.shape];
  if (image.shape.join() !== wanted.join()) {
    const rule = `'${model.name}' draws ${formatShape(image.shape)}, and the images of this run are ${formatShape(wanted)}`;
    throw new OptionError('nets', `${rule}; give a canvas of its size`);
  }
  const drawn = renormalize(tape, image, model.preprocessing, space.preprocessing);
  known.set(net, drawn);
  return drawn;
}

/** The shape of one code of a generator, without the batch. @throws OptionError for a net with further inputs */
export function codeShape(model: Model): Shape {
  if (model.sides && model.sides.length > 0) {
    const names = model.sides.map(({ name }) => name).join(', ');
    throw new OptionError('nets', `'${model.name}' has further inputs (${names}); a generator has its code alone`);
  }
  return model.input.shape.slice(1);
}
