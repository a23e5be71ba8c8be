// The inputs of an ONNX file: which of them is the image, how its axes lie, and what sizes the file leaves open.
//
// Methods know images as [N, C, H, W] alone. Which axis of a file's input is which shows where the graph first takes it as
// a map: at a convolution, a pooling, a batch normalization. An input whose axes lie otherwise (channels last, no batch)
// comes through a door: a transpose and a reshape in front of the file's first layer.
import { ModelFileError, UnknownNameError } from '../core/errors.js';
import { formatShape, type Shape, sizeOf } from '../core/shape.js';
import type { ModelInput } from '../graph/model.js';
import { imageAmong } from './build.js';
import { type Known, listed } from './onnxFold.js';
import type { Graph, GraphInput, Node } from './onnxGraph.js';
import { MAX_ELEMENTS, WHAT } from './onnxTensor.js';

/** What the caller says of inputs. */
export interface InputOptions {
  readonly inputShape?: Shape;
  readonly inputShapes?: Readonly<Record<string, Shape>>;
  readonly size?: readonly [height: number, width: number];
  /** Side of an image of which neither the file nor the caller says the size; 224 unless it is given. */
  readonly side?: number;
}

/** An input of the model, and how the file has it. */
export interface OpenInput {
  readonly input: ModelInput;
  /** The shape in the file, of which the batch is `batch`. */
  readonly fileShape: Shape;
  /** How the image's axes `[N, C, H, W]` lie in the file: each axis of the file, counted in the image's. Absent: as they are. */
  readonly order?: readonly number[];
  /** Pictures that the file's shape has. */
  readonly batch: number;
}

/** Side of an image whose size the file leaves open: what most nets for photographs were trained on. */
const DEFAULT_SIDE = 224;

/** The inputs that no initializer feeds and some node reads, the image first, and what was decided about them. */
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
  /** For each axis of the file, which of `[N, C, H, W]` it is; absent where the graph does not take it as an image. */
  readonly axes?: readonly number[];
  /** Channels that the first convolution takes. */
  readonly channels?: number;
}
type LaidInput = GraphInput & Axes;

/** The declared shape as `[N, C, H, W]`, where the input is an image. */
function imageShapeOf({ shape, axes, channels }: LaidInput): (number | undefined)[] | undefined {
  if (!axes) return shape && [...shape];
  return [0, 1, 2, 3].map((axis) => {
    const at = axes.indexOf(axis);
    return at === -1 ? 1 : (shape?.[at] ?? (axis === 1 ? channels : undefined));
  });
}

/** Ops that leave every axis where it is. */
const NEUTRAL = new Set(
  (
    'Identity Cast Add Sub Mul Div Pow Pad Clip Relu Abs Neg Sigmoid Tanh Sqrt Dropout Slice QuantizeLinear ' +
    'DequantizeLinear Min Max Where Sum Split Concat Resize Tile Expand'
  ).split(' '),
);
/** Ops that take maps `[N, C, ...]`. */
const MAPS = new Set(
  (
    'Conv ConvTranspose MaxPool AveragePool LpPool GlobalAveragePool GlobalMaxPool GlobalLpPool LRN BatchNormalization ' +
    'InstanceNormalization GroupNormalization DepthToSpace SpaceToDepth Upsample'
  ).split(' '),
);

/** An axis that the graph adds in front of, or among, those of the file. */
const ADDED = -1;

/** Follows an input to the first op that takes it as a map, axis by axis. */
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
        // Channels in another order: a list of indices keeps the axis.
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

/** A reshape that adds axes of 1, and nothing else: a batch in front, channels behind. */
function withOnes(
  labels: readonly number[],
  shape: GraphInput['shape'],
  wanted: readonly number[],
): number[] | undefined {
  const rest = [...labels];
  const now = wanted.map((d, i) => {
    const length = rest[0] === ADDED ? 1 : rest[0] === undefined ? undefined : shape?.[rest[0]];
    const copied = d === 0 && rest.length > 0 && labels[i] === rest[0];
    // What is left over stands for an axis that is open.
    const open = d === -1 && rest.length > 0 && (length === undefined || wanted.indexOf(-1) === wanted.lastIndexOf(-1));
    if (copied || open || (rest.length > 0 && d === length)) return rest.shift() ?? ADDED;
    return d === 1 ? ADDED : undefined;
  });
  const fits = rest.length === 0 && now.every((axis): axis is number => axis !== undefined);
  return fits && now.length > labels.length ? now : undefined;
}

/** Which of [N, C, H, W] each axis of the file is, from what a map's axes are in the file. */
function asAxes(labels: readonly number[], rank: number, channels: number | undefined): Axes {
  const [batch, channel, ...map] = labels;
  // The picture's height comes before its width, also where a net was trained on pictures laid on their side.
  const [h, w] = map.sort((a, b) => a - b);
  const place = (axis: number) => (axis === batch ? 0 : axis === channel ? 1 : axis === h ? 2 : axis === w ? 3 : ADDED);
  const axes = count(rank).map(place);
  if (axes.includes(ADDED) || h === ADDED || w === ADDED) return {};
  return { axes, ...(channels !== undefined && { channels }) };
}

/** Without a map in the graph, four axes tell by their sizes: colours are one or three, and the other sides are not. */
function byShape({ shape }: GraphInput): Axes {
  const colours = (d: number | undefined) => d === 1 || d === 3;
  if (!shape || !colours(shape[3]) || colours(shape[1])) return { axes: [0, 1, 2, 3] };
  return (shape[1] ?? 5) > 4 && (shape[2] ?? 5) > 4 ? { axes: [0, 2, 3, 1] } : { axes: [0, 1, 2, 3] };
}

/** The sizes of one input: the caller's, the file's, or sensible ones that are said. */
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
    // The channels that a first convolution takes are the picture's.
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
  // A batch that is left open is 1.
  const batchAxis = axes ? axes.indexOf(0) : 0;
  if (!given && batchAxis in dims) dims[batchAxis] ??= 1;
  // A size that somebody gives may be 0; in a file that is one left open.
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

/** A size that the file fixes cannot be another. */
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
