// The inputs of an ONNX file: which one is the image, the meaning of its axes, and the sizes that the file leaves open.
//
// Methods accept only images [N, C, H, W]. To find the meaning of each axis, the importer follows the input to the first
// operator on maps: a convolution, a pooling, a batch normalization. If an input has another layout (channels last, no batch),
// a transpose and a reshape before the file's first layer convert it. The code calls this conversion a door.
import { ModelFileError, UnknownNameError } from '../core/errors.js';
import { formatShape, type Shape, sizeOf } from '../core/shape.js';
import type { ModelInput } from '../graph/model.js';
import { imageAmong } from './build.js';
import { type Known, listed } from './onnxFold.js';
import type { Graph, GraphInput, Node } from './onnxGraph.js';
import { MAX_ELEMENTS, WHAT } from './onnxTensor.js';

/** Options about inputs. */
export interface InputOptions {
  readonly inputShape?: Shape;
  readonly inputShapes?: Readonly<Record<string, Shape>>;
  readonly size?: readonly [height: number, width: number];
  /** Height and width of an image if neither the file nor the caller gives them. Default: 224. */
  readonly side?: number;
}

/** An input of the model, and its layout in the file. */
export interface OpenInput {
  readonly input: ModelInput;
  /** The shape in the file, with `batch` as its batch. */
  readonly fileShape: Shape;
  /** For each axis of the file, the axis of `[N, C, H, W]` that it corresponds to. Absent if the layouts are equal. */
  readonly order?: readonly number[];
  /** The batch size in the file's shape. */
  readonly batch: number;
}

/** Default size of an open image: what most nets for photographs were trained on. */
const DEFAULT_SIDE = 224;

/** The inputs without an initializer that some node reads, the image first; and notes about what was decided. */
export function openInputs(
  graph: Graph,
  known: ReadonlyMap<string, Known>,
  reads: ReadonlySet<string>,
  options: InputOptions,
): { readonly image: OpenInput; readonly sides: readonly OpenInput[]; readonly notes: readonly string[] } {
  const declared = graph.inputs.filter((i) => !known.has(i.name));
  if (declared.length === 0) {
    throw new ModelFileError(WHAT, 'the graph needs an input beside its weights, it has none');
  }
  const read = declared.filter((i) => reads.has(i.name));
  const open = read.length > 0 ? read : declared.slice(0, 1);
  const twice = open.find((i, n) => open.findIndex((j) => j.name === i.name) < n);
  if (twice) throw new ModelFileError(WHAT, `two inputs are named '${twice.name}'; names must differ`);
  const { inputShape, inputShapes = {} } = options;
  for (const name of Object.keys(inputShapes)) {
    if (!open.some((i) => i.name === name)) {
      throw new UnknownNameError(
        'input',
        name,
        open.map((i) => i.name),
      );
    }
  }
  const laid = open.map((declaredInput) => ({ ...declaredInput, ...axesOf(declaredInput, graph, known) }));
  const image = imageAmong(laid.map((l) => ({ ...l, shape: imageShapeOf(l) ?? [] })));
  const notes: string[] = [];
  const sized = (of: LaidInput): OpenInput => {
    const isImage = of.name === image.name;
    const given = Object.hasOwn(inputShapes, of.name) ? inputShapes[of.name] : isImage ? inputShape : undefined;
    return withSizes(of, given, {
      isImage,
      alone: open.length === 1,
      size: options.size,
      side: options.side ?? DEFAULT_SIDE,
      notes,
    });
  };
  const first = laid.find((l) => l.name === image.name) ?? laid[0];
  return { image: sized(first), sides: laid.filter((l) => l !== first).map(sized), notes };
}

interface Axes {
  /** For each axis of the file, its meaning in `[N, C, H, W]`; absent if the graph does not use it as an image. */
  readonly axes?: readonly number[];
  /** Input channels of the first convolution. */
  readonly channels?: number;
}
type LaidInput = GraphInput & Axes;

/** The declared shape as `[N, C, H, W]`, if the input is an image. */
function imageShapeOf({ shape, axes, channels }: LaidInput): (number | undefined)[] | undefined {
  if (!axes) return shape && [...shape];
  return [0, 1, 2, 3].map((axis) => {
    const at = axes.indexOf(axis);
    return at === -1 ? 1 : (shape?.[at] ?? (axis === 1 ? channels : undefined));
  });
}

/** Operators that keep every axis in its place. */
const NEUTRAL = new Set(
  (
    'Identity Cast Add Sub Mul Div Pow Pad Clip Relu Abs Neg Sigmoid Tanh Sqrt Dropout Slice QuantizeLinear ' +
    'DequantizeLinear Min Max Where Sum Split Concat Resize Tile Expand'
  ).split(' '),
);
/** Operators on maps `[N, C, ...]`. */
const MAPS = new Set(
  (
    'Conv ConvTranspose MaxPool AveragePool LpPool GlobalAveragePool GlobalMaxPool GlobalLpPool LRN BatchNormalization ' +
    'InstanceNormalization GroupNormalization DepthToSpace SpaceToDepth Upsample'
  ).split(' '),
);

/** Marks an axis that the graph adds to those of the file. */
const ADDED = -1;

/** Follows an input, axis by axis, to the first operator that uses it as a map. */
function axesOf(input: GraphInput, graph: Graph, known: ReadonlyMap<string, Known>): Axes {
  const readers = new Map<string, Node[]>();
  for (const node of graph.nodes) {
    for (const name of new Set(node.inputs)) readers.set(name, [...(readers.get(name) ?? []), node]);
  }
  const constants = new Map(known);
  for (const node of graph.nodes) {
    const value = node.type === 'Constant' ? node.attributes.get('value')?.tensor : undefined;
    if (value) constants.set(node.outputs[0], value);
    const list = node.type === 'Constant' ? node.attributes.get('value_ints')?.ints : undefined;
    if (list) constants.set(node.outputs[0], { shape: [list.length], values: () => list });
  }
  const list = (node: Node, index: number, name: string) =>
    listed(constants.get(node.inputs[index] ?? '')) ?? node.attributes.get(name)?.ints;
  const found: { labels: readonly number[]; channels?: number }[] = [];
  const rank = input.shape?.length ?? 4;
  const queue: { name: string; labels: readonly number[] }[] = [{ name: input.name, labels: count(rank) }];
  const seen = new Set<string>();
  while (queue.length > 0 && seen.size < 1000) {
    const { name, labels } = queue.shift() ?? queue[0];
    if (seen.has(name)) continue;
    seen.add(name);
    for (const node of readers.get(name) ?? []) {
      const next = (now: readonly number[]) => {
        for (const output of node.outputs) queue.push({ name: output, labels: now });
      };
      if (MAPS.has(node.type)) {
        if (node.inputs[0] !== name || labels.length !== 4) continue;
        const w = node.type === 'Conv' ? constants.get(node.inputs[1] ?? '')?.shape : undefined;
        const channels = w && w[1] * (node.attributes.get('group')?.int ?? 1);
        found.push({ labels, ...(channels && { channels }) });
      } else if (NEUTRAL.has(node.type)) {
        next(labels);
      } else if (node.type === 'Transpose') {
        const order = node.attributes.get('perm')?.ints ?? [...labels.keys()].reverse();
        if (order.length === labels.length) next(order.map((axis) => labels[axis]));
      } else if (node.type === 'Unsqueeze') {
        const axes = list(node, 1, 'axes');
        const now = axes && unsqueezed(labels, axes);
        if (now) next(now);
      } else if (node.type === 'Reshape') {
        const shape = list(node, 1, 'shape');
        const now = shape && withOnes(labels, input.shape, shape);
        if (now) next(now);
      } else if (node.type === 'Gather') {
        // Gathering by a list of indices reorders channels and keeps the axis.
        if (constants.get(node.inputs[1] ?? '')?.shape.length === 1) next(labels);
      }
    }
  }
  const [first] = found;
  const agree = first && found.every((f) => f.labels.join() === first.labels.join());
  if (agree) return asAxes(first.labels, rank, first.channels);
  return rank === 4 ? byShape(input) : {};
}

const count = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

function unsqueezed(labels: readonly number[], axes: readonly number[]): number[] | undefined {
  const rank = labels.length + axes.length;
  const at = axes.map((a) => (a < 0 ? a + rank : a));
  const rest = [...labels];
  return rank <= 5 ? count(rank).map((i) => (at.includes(i) ? ADDED : (rest.shift() ?? ADDED))) : undefined;
}

/** A reshape that only adds axes of 1: a batch in front, or channels at the end. */
function withOnes(
  labels: readonly number[],
  shape: GraphInput['shape'],
  wanted: readonly number[],
): number[] | undefined {
  const rest = [...labels];
  const now = wanted.map((d, i) => {
    const length = rest[0] === ADDED ? 1 : rest[0] === undefined ? undefined : shape?.[rest[0]];
    const copied = d === 0 && rest.length > 0 && labels[i] === rest[0];
    // The remaining size belongs to the open axis.
    const open = d === -1 && rest.length > 0 && (length === undefined || wanted.indexOf(-1) === wanted.lastIndexOf(-1));
    if (copied || open || (rest.length > 0 && d === length)) return rest.shift() ?? ADDED;
    return d === 1 ? ADDED : undefined;
  });
  const fits = rest.length === 0 && now.every((axis): axis is number => axis !== undefined);
  return fits && now.length > labels.length ? now : undefined;
}

/** The meaning of each axis of the file in [N, C, H, W], from the axes of a map. */
function asAxes(labels: readonly number[], rank: number, channels: number | undefined): Axes {
  const [batch, channel, ...map] = labels;
  // Height comes before width. This also holds for nets trained on transposed pictures.
  const [h, w] = map.sort((a, b) => a - b);
  const place = (axis: number) => (axis === batch ? 0 : axis === channel ? 1 : axis === h ? 2 : axis === w ? 3 : ADDED);
  const axes = count(rank).map(place);
  if (axes.includes(ADDED) || h === ADDED || w === ADDED) return {};
  return { axes, ...(channels !== undefined && { channels }) };
}

/**
 * Without a map in the graph, the sizes of four axes decide: there are one or three channels, and the other axes are larger.
 */
function byShape({ shape }: GraphInput): Axes {
  const colours = (d: number | undefined) => d === 1 || d === 3;
  if (!shape || !colours(shape[3]) || colours(shape[1])) return { axes: [0, 1, 2, 3] };
  return (shape[1] ?? 5) > 4 && (shape[2] ?? 5) > 4 ? { axes: [0, 2, 3, 1] } : { axes: [0, 1, 2, 3] };
}

/** The size of one input: from the caller, from the file, or a default, which is reported in a note. */
function withSizes(
  laid: LaidInput,
  given: Shape | undefined,
  context: {
    readonly isImage: boolean;
    readonly alone: boolean;
    readonly size: InputOptions['size'];
    readonly side: number;
    readonly notes: string[];
  },
): OpenInput {
  const { name, axes, shape, channels } = laid;
  const rank = axes?.length ?? shape?.length;
  let openSize = false;
  const dims: (number | undefined)[] = given ? [...given] : (shape?.slice() ?? count(rank ?? 0).map(() => undefined));
  if (!given && axes) {
    const at = (axis: number) => axes.indexOf(axis);
    const [h, w] = [at(2), at(3)];
    openSize = dims[h] === undefined || dims[w] === undefined;
    // The image has as many channels as the first convolution expects.
    if (at(1) !== -1) dims[at(1)] ??= channels;
    if (context.size) {
      checkFixed(name, shape, [h, w], context.size);
      [dims[h], dims[w]] = context.size;
    } else if (dims[h] === undefined || dims[w] === undefined) {
      dims[h] ??= dims[w] ?? context.side;
      dims[w] ??= dims[h];
      context.notes.push(
        `The file leaves the height and width of '${name}' open; ${dims[h]}x${dims[w]} is taken. Choose others with size (--size HxW).`,
      );
    }
  }
  // An open batch becomes 1.
  const batchAxis = axes ? axes.indexOf(0) : 0;
  if (!given && batchAxis in dims) dims[batchAxis] ??= 1;
  // A caller may give a size of 0. In a file, 0 means open.
  const fileShape = checkedShape(laid, dims, { isImage: context.isImage, least: given ? 0 : 1 });
  const open = openSize && context.isImage ? { openSize } : {};
  const moved = axes?.some((axis, i) => axis !== i) || axes?.length !== 4;
  if (!axes || !moved || fileShape.length !== axes.length)
    return { input: { name, shape: fileShape, ...open }, fileShape, batch: fileShape[0] ?? 1 };
  const image = [0, 1, 2, 3].map((axis) => (axes.includes(axis) ? fileShape[axes.indexOf(axis)] : 1));
  const layout = axes.map((axis) => 'nchw'[axis]).join('');
  context.notes.push(
    `The file has '${name}' as ${formatShape(fileShape)}, which is ${layout.toUpperCase()} by what its first layers take; pictures and ` +
      `shapes here are NCHW, ${formatShape(image)}.`,
  );
  return { input: { name, shape: image, layout, ...open }, fileShape, order: axes, batch: image[0] };
}

/** A size that the file fixes cannot be changed. */
function checkFixed(
  name: string,
  shape: GraphInput['shape'],
  [h, w]: readonly [number, number],
  [height, width]: readonly [number, number],
): void {
  const fixed = [shape?.[h], shape?.[w]];
  if ((fixed[0] ?? height) === height && (fixed[1] ?? width) === width) return;
  throw new ModelFileError(
    WHAT,
    `the file fixes the height and width of '${name}' at ${fixed[0] ?? '?'}x${fixed[1] ?? '?'}, so ${height}x${width} is not ` +
      'possible; export the net with open axes (dynamic_axes)',
  );
}

function checkedShape(
  { name, shape }: GraphInput,
  dims: readonly (number | undefined)[],
  { isImage, least }: { readonly isImage: boolean; readonly least: 0 | 1 },
): Shape {
  const fits = dims.every((d): d is number => d !== undefined && Number.isInteger(d) && d >= least);
  if (!fits || (shape === undefined && dims.length === 0)) {
    const shown = shape ? `[${shape.map((d) => d ?? '?').join(',')}]` : 'of unknown shape';
    throw new ModelFileError(
      WHAT,
      `input '${name}' is ${shown}; give its size with ${isImage ? 'inputShape' : 'inputShapes'}`,
    );
  }
  if (sizeOf(dims) > MAX_ELEMENTS) throw new ModelFileError(WHAT, `input '${name}' ${formatShape(dims)} is too large`);
  return dims;
}
