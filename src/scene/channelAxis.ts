// Along which axis of a value its channels lie. Maps of convolutions have them behind the batch, [N, C, H, W]; transformers and
// nets of TensorFlow have them last, [N, tokens, C] or [N, H, W, C], and no shape tells one from the other. What made a value does.
import { OptionError } from '../core/errors.js';
import { formatShape, sameShape } from '../core/shape.js';
import type { Node, Tape, Value } from '../graph/tape.js';
import { op as transpose } from '../kernels/transpose/index.js';

/** For each value of a tape, by its id, the axis of its channels; without an entry where nothing tells it. */
export function channelAxes(tape: Tape, image: Value): ReadonlyMap<number, number> {
  const axes = new Map<number, number>();
  if (image.shape.length > 1) axes.set(image.id, 1);
  // What depends on no input: weights, and what is made of them.
  const fixed = new Set(tape.leaves.flatMap((leaf) => (leaf.isConstant ? [leaf.value.id] : [])));
  for (const node of tape.nodes) {
    const inputs = Object.values(node.inputs);
    if (inputs.every(({ id }) => fixed.has(id))) fixed.add(node.output.id);
    const axis = axisOf(node, axes, fixed);
    if (axis !== undefined) axes.set(node.output.id, axis);
  }
  return axes;
}

function axisOf(node: Node, axes: ReadonlyMap<number, number>, fixed: ReadonlySet<number>): number | undefined {
  const { op, attrs, inputs, output } = node;
  const rank = output.shape.length;
  if (rank === 2) return 1;
  if (op.channelAxis) {
    return op.channelAxis({
      inputs,
      output,
      attrs,
      axisOf: ({ id }) => axes.get(id),
      isFixed: ({ id }) => fixed.has(id),
    });
  }
  if (op.view) return afterReshape(inputs[op.view], output, axes.get(inputs[op.view].id));
  // Element by element, or along other axes: as what it is made of, best what has its very shape.
  const known = Object.values(inputs).filter(({ id, shape }) => shape.length === rank && axes.has(id));
  const source = known.find(({ shape }) => sameShape(shape, output.shape)) ?? known[0];
  return source && axes.get(source.id);
}

/** Where an axis is when its numbers are named otherwise: before it, or behind it, everything must be as it was. */
function afterReshape({ shape: from }: Value, { shape: to }: Value, axis: number | undefined): number | undefined {
  if (axis === undefined) return undefined;
  const size = (dims: readonly number[]) => dims.reduce((product, dim) => product * dim, 1);
  const before = size(from.slice(0, axis));
  let product = 1;
  for (const [i, dim] of to.entries()) {
    if (product === before && dim === from[axis] && size(to.slice(i + 1)) === size(from.slice(axis + 1))) return i;
    product *= dim;
  }
  return undefined;
}

/** The axis of a value's channels, where it is to be had: 1 for a map of which nothing tells otherwise. */
function axisFor({ id, shape }: Value, axes: ReadonlyMap<number, number>): number | undefined {
  return axes.get(id) ?? (shape.length === 3 ? undefined : 1);
}

/** Puts the channels of a value with a row for each of `batch` images behind the batch; undefined where that cannot be done. */
export function channelsFirst(
  tape: Tape,
  axes: ReadonlyMap<number, number>,
  value: Value,
  batch: number,
): Value | undefined {
  const axis = axisFor(value, axes);
  if (value.shape[0] !== batch || value.shape.length < 2 || axis === undefined || axis === 0) return undefined;
  if (axis === 1) return value;
  const others = value.shape.flatMap((_, i) => (i === 0 || i === axis ? [] : [i]));
  return tape.apply(transpose, { x: value }, { order: [0, axis, ...others] });
}

/**
 * A layer as `[N, C]`, `[N, C, L]` or `[N, C, H, W]`, in which a unit is addressed by channel and place, wherever the net itself
 * has its channels: the places of `[N, tokens, C]` are its tokens.
 *
 * @throws OptionError for a layer without rows of images, or whose channels cannot be told
 */
export function unitsOf(tape: Tape, image: Value, layer: string, value: Value): Value {
  const { shape } = value;
  const [batch] = image.shape;
  const refuse = (reason: string): never => {
    throw new OptionError('unit', `layer '${layer}' ${formatShape(shape)} ${reason}; name another layer`);
  };
  const axes = channelAxes(tape, image);
  if (shape.length < 2 || shape[0] !== batch) return refuse(`has no row for each of ${batch} images`);
  if (shape.length > 4) return refuse('has more axes than channel, row and column');
  return (
    channelsFirst(tape, axes, value, batch) ??
    refuse('does not tell which of its axes are channels: neither a convolution nor a product with weights made it')
  );
}
