// Further inputs of a net, beside the image: which are needed, and how they go along with a batch of images.
import { f32, type Shape } from '../core/shape.js';
import { type Model, type ModelInput, trace } from '../graph/model.js';
import { createTape, type Tape, type Value } from '../graph/tape.js';
import { type HostTensor, withBatch } from './input.js';
import { layers as table } from './layers.js';

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

/** The side inputs that the activations of `names` depend on. @throws UnknownNameError, ShapeError */
export function neededSides(model: Model, names: readonly string[]): readonly ModelInput[] {
  const { sides = [] } = model;
  if (sides.length === 0) return sides;
  const tape = createTape();
  const image = tape.leaf(model.input.name, f32(...model.input.shape));
  const leaves = sideLeaves(tape, model, model.input.shape[0]);
  const at = trace(tape, model, image, table, { inputs: leaves });
  const needed = new Set(names.map((name) => at.final(name).id));
  for (const { output, inputs } of [...tape.nodes].reverse()) {
    if (needed.has(output.id)) for (const { id } of Object.values(inputs)) needed.add(id);
  }
  return sides.filter(({ name }) => needed.has(leaves[name].id));
}
