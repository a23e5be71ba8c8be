// Further inputs of a net, beside the image: how they go along with a batch of images.
import { f32, type Shape } from '../core/shape.js';
import type { Model, ModelInput } from '../graph/model.js';
import type { Tape, Value } from '../graph/tape.js';
import { type HostTensor, withBatch } from './input.js';

/**
 * Side inputs on a tape, as constants: they stay as they are while an image changes. What is given for the batch of the file is
 * repeated for each of `batch` images.
 *
 * @throws ShapeError
 */
export function sideInputs(
  tape: Tape,
  model: Model,
  batch: number,
  given: Readonly<Record<string, HostTensor>> = {},
): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(given).map(([name, tensor]) => {
      const side = model.sides?.find((s) => s.name === name);
      const { shape, data } = side && goesAlong(model, side) ? repeated(tensor, batch) : tensor;
      return [name, tape.constant(name, shape, data)];
    }),
  );
}

/** Leaves for all side inputs, for what asks about a model and not about values. */
export function sideLeaves(tape: Tape, model: Model, batch: number): Record<string, Value> {
  return Object.fromEntries(
    (model.sides ?? []).map((side) => [side.name, tape.leaf(side.name, f32(...sideShape(model, side, batch)))]),
  );
}

/** The shape of a side input for `batch` images. */
const sideShape = (model: Model, side: ModelInput, batch: number): Shape =>
  goesAlong(model, side) ? withBatch(side.shape, batch) : side.shape;

/**
 * Whether a side input has a row for each image. Where the importer could not tell, one that has the image's batch in the file has
 * it here; another, such as a sequence by time, stays as it is.
 */
const goesAlong = ({ input }: Model, { shape, perPicture }: ModelInput): boolean =>
  perPicture ?? (shape.length > 0 && shape[0] === input.shape[0]);

function repeated({ shape, data }: HostTensor, batch: number): HostTensor {
  if (shape.length === 0 || shape[0] === batch || batch % shape[0] !== 0) return { shape, data };
  const whole = new Float32Array((data.length / shape[0]) * batch);
  for (let at = 0; at < whole.length; at += data.length) whole.set(data, at);
  return { shape: withBatch(shape, batch), data: whole };
}
