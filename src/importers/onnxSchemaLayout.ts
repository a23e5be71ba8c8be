// Rules for ONNX operators that move, repeat, cut, join or resize: axes within the rank, lengths, matching sizes.
import { formatShape, sizeOf } from '../core/shape.js';
import {
  all,
  axesWithin,
  axis,
  type Check,
  type Facts,
  fits,
  lists,
  must,
  oneOf,
  zeroOrOne,
} from './onnxSchemaFacts.js';

/** Axes from an input, or from an attribute in older opsets. */
const axesOf = ({ numbers, values }: Facts, input = 1): readonly number[] | undefined =>
  values(input) ?? numbers('axes');

const reduce: Check = function* (facts) {
  const x = facts.shape(0);
  const axes = axesOf(facts);
  if (x && axes) yield* axesWithin('axes', axes, x.length, true);
};

const squeeze: Check = function* (facts) {
  const x = facts.shape(0);
  const axes = axesOf(facts);
  if (!x || !axes) return;
  const problems = [...axesWithin('axes', axes, x.length, true)];
  yield* problems;
  const wide = problems.length === 0 && axes.find((a) => x[a < 0 ? a + x.length : a] !== 1);
  if (typeof wide === 'number') yield must('axes', axes, `name axes of size 1 of ${formatShape(x)}`);
};

const unsqueeze: Check = function* (facts) {
  const x = facts.shape(0);
  const axes = axesOf(facts);
  if (x && axes) yield* axesWithin('axes', axes, x.length + axes.length);
};

const transpose: Check = function* ({ shape, numbers }) {
  const x = shape(0);
  const perm = numbers('perm') ?? [];
  if (!x || perm.length === 0) return;
  if ([...perm].sort((a, b) => a - b).join() !== x.map((_, i) => i).join()) {
    yield must('perm', perm, `name each of the ${x.length} axes of ${formatShape(x)} once`);
  }
};

const concat: Check = function* ({ inputs, shape, number, opset }) {
  const shapes = inputs.map((_, i) => shape(i)).filter((s) => s !== undefined);
  const [first] = shapes;
  if (!first) return;
  const along = number('axis', opset < 4 ? 1 : 0);
  const at = along < 0 ? along + first.length : along;
  const other = shapes.find(
    (s) => s.length !== first.length || s.some((d, i) => i !== 0 && i !== at && d !== first[i]),
  );
  if (other) {
    yield `inputs ${formatShape(first)} and ${formatShape(other)} must have the same sizes in all axes but axis ${along}`;
  }
};

const split: Check = function* (facts) {
  const { outputs, shape, number, numbers, values, has } = facts;
  const x = shape(0);
  const lengths = values(1) ?? numbers('split');
  const parts = number('num_outputs', outputs.length);
  if (has('num_outputs') && lengths) yield 'split and num_outputs are both given; they exclude each other';
  if (has('num_outputs') && parts !== outputs.length)
    yield must('num_outputs', parts, `be ${outputs.length}, as outputs are named`);
  if (!x) return;
  const at = number('axis', 0);
  const size = x[at < 0 ? at + x.length : at];
  if (size === undefined) return;
  if (lengths && lengths.length > 0) {
    if (lengths.length !== outputs.length)
      yield must('split', lengths, `have ${outputs.length} entries, one per output`);
    else if (lengths.some((l) => l < 0)) yield must('split', lengths, 'not be negative');
    else if (lengths.reduce((a, b) => a + b, 0) !== size)
      yield must('split', lengths, `add up to ${size}, the size of axis ${at}`);
  } else if (facts.opset < 18 && size % outputs.length !== 0) {
    yield `axis ${at} of ${formatShape(x)} must divide into ${outputs.length} equal parts, since split is not given`;
  } else if (facts.opset >= 18 && !has('num_outputs')) {
    yield 'neither split nor num_outputs is given; one is required';
  }
};

const slice: Check = function* ({ shape, values, numbers }) {
  const x = shape(0);
  const [starts, ends, axes, steps] = [
    values(1) ?? numbers('starts'),
    values(2) ?? numbers('ends'),
    values(3) ?? numbers('axes'),
    values(4),
  ];
  if (starts && ends && starts.length !== ends.length)
    yield must('ends', ends, `have as many entries as starts ${formatShape(starts)}`);
  if (starts && axes && axes.length !== starts.length)
    yield must('axes', axes, `have as many entries as starts ${formatShape(starts)}`);
  if (starts && steps && steps.length !== starts.length)
    yield must('steps', steps, `have as many entries as starts ${formatShape(starts)}`);
  if (steps?.includes(0)) yield must('steps', steps, 'not be 0');
  if (!x) return;
  if (axes) yield* axesWithin('axes', axes, x.length);
  else if (starts && starts.length > x.length)
    yield must('starts', starts, `have at most ${x.length} entries, one per axis of ${formatShape(x)}`);
};

const pad: Check = function* (facts) {
  const x = facts.shape(0);
  const pads = facts.values(1) ?? facts.numbers('pads');
  const axes = facts.values(3);
  if (!x) return;
  if (axes) yield* axesWithin('axes', axes, x.length);
  const sides = 2 * (axes?.length ?? x.length);
  if (pads && pads.length !== sides) yield must('pads', pads, `have ${sides} entries, two per axis`);
};

/** Sizes, indices and repeats that must have one entry per axis, or must not be negative. */
const tile: Check = function* ({ shape, values }) {
  const [x, repeats] = [shape(0), values(1)];
  if (!x || !repeats) return;
  if (repeats.length !== x.length)
    yield must('repeats', repeats, `have ${x.length} entries, one per axis of ${formatShape(x)}`);
  else if (repeats.some((r) => r < 0)) yield must('repeats', repeats, 'not be negative');
};

const reshape: Check = function* (facts) {
  const x = facts.shape(0);
  const wanted = facts.values(1) ?? facts.numbers('shape');
  if (!wanted) return;
  const zeros = facts.number('allowzero', 0) !== 0;
  if (wanted.some((d) => !Number.isInteger(d) || d < -1)) yield must('shape', wanted, 'have sizes, 0 or −1');
  else if (wanted.filter((d) => d === -1).length > 1) yield must('shape', wanted, 'have one −1 at most');
  else if (zeros && x && sizeOf(x) > 0 && wanted.includes(0))
    yield must('shape', wanted, 'not have 0 with allowzero, since nothing would be left');
  else if (zeros && wanted.includes(0) && wanted.includes(-1))
    yield must('shape', wanted, 'not have both 0 and −1 with allowzero');
  else if (!zeros && x && wanted.some((d, i) => d === 0 && i >= x.length)) {
    yield must('shape', wanted, `have 0 only where the input ${formatShape(x)} has an axis to copy`);
  }
};

const gather: Check = function* ({ shape, values, number }) {
  const [x, indices] = [shape(0), values(1)];
  const at = number('axis', 0);
  const size = x?.[at < 0 ? at + x.length : at];
  const bad = size === undefined ? undefined : indices?.find((i) => !(i >= -size && i < size));
  if (bad !== undefined) yield `index ${bad} is outside axis ${at} of ${formatShape(x ?? [])}`;
};

const depthToSpace: Check = function* ({ shape, number }) {
  const x = shape(0);
  const size = number('blocksize', 0);
  if (!(size > 0)) yield must('blocksize', size, 'be above 0');
  else if (x && x.length !== 4) yield must('the input', x, 'have 4 axes');
  else if (x && x[1] % (size * size) !== 0)
    yield must('blocksize', size, `have a square that divides the ${x[1]} channels of ${formatShape(x)}`);
};

const spaceToDepth: Check = function* ({ shape, number }) {
  const x = shape(0);
  const size = number('blocksize', 0);
  if (!(size > 0)) yield must('blocksize', size, 'be above 0');
  else if (x && x.length !== 4) yield must('the input', x, 'have 4 axes');
  else if (x?.slice(2).some((d) => d % size !== 0))
    yield must('blocksize', size, `divide height and width of ${formatShape(x)}`);
};

const resize: Check = function* (facts) {
  const { opset, shape, values, numbers, inputs } = facts;
  const x = shape(0);
  const early = opset < 11;
  const scales = values(early ? 1 : 2);
  const sizes = early ? undefined : values(3);
  const axes = numbers('axes');
  if (!early && scales?.length && sizes?.length) yield 'scales and sizes are both given; they exclude each other';
  if (!early && !inputs[2] && !inputs[3]) yield 'neither scales nor sizes is given; one is required';
  if (!x) return;
  if (facts.text('keep_aspect_ratio_policy', 'stretch') !== 'stretch' && axes?.some((a) => a < 0)) {
    yield must('axes', axes, 'not be negative with keep_aspect_ratio_policy, where engines differ');
  }
  if (axes) yield* axesWithin('axes', axes, x.length);
  const entries = axes?.length ?? x.length;
  const lists = { scales, sizes };
  for (const [name, list] of Object.entries(lists)) {
    if (!list?.length) continue;
    if (list.length !== entries) yield must(name, list, `have ${entries} entries, one per axis`);
    else if (list.some((v) => !(v > 0))) yield must(name, list, 'be above 0');
  }
  const region = early ? undefined : values(1);
  if (
    facts.text('coordinate_transformation_mode', 'half_pixel') === 'tf_crop_and_resize' &&
    region?.length !== 2 * entries
  ) {
    yield must('roi', region ?? [], `have ${2 * entries} entries, two per axis, for tf_crop_and_resize`);
  }
};

const upsample: Check = function* ({ shape, values, numbers }) {
  const x = shape(0);
  const scales = values(1) ?? numbers('scales');
  if (!x || !scales) return;
  if (scales.length !== x.length)
    yield must('scales', scales, `have ${x.length} entries, one per axis of ${formatShape(x)}`);
  else if (scales.some((s) => !(s >= 1))) yield must('scales', scales, 'be 1 or more');
};

const cumSum: Check = function* ({ shape, values }) {
  const [x, at] = [shape(0), values(1)];
  if (x && at) yield* axesWithin('axis', at, x.length);
};

const sizesOf: Check = function* ({ values }) {
  const shape = values(0);
  if (shape?.some((d) => !(d >= 0))) yield must('the shape', shape, 'not have negative sizes');
};

const expand: Check = function* ({ shape, values }) {
  const [x, wanted] = [shape(0), values(1)];
  if (wanted?.some((d) => !(d >= 0))) yield must('the shape', wanted, 'not have negative sizes');
  else if (x && values(0) === undefined && sizeOf(x) > 0 && wanted?.includes(0)) {
    yield must('the shape', wanted, 'not have 0, since nothing would be left');
  } else if (x && wanted && !fits(x, wanted)) yield must('the shape', wanted, `broadcast with ${formatShape(x)}`);
};

const topK: Check = function* ({ shape, values, number }) {
  const x = shape(0);
  const k = values(1)?.[0] ?? number('k', 0);
  const at = number('axis', -1);
  const size = x?.[at < 0 ? at + x.length : at];
  if (size !== undefined && values(1) && !(k >= 0 && k <= size))
    yield must('k', k, `be from 0 to ${size}, the size of axis ${at}`);
};

const REDUCTIONS = ['L1', 'L2', 'LogSum', 'LogSumExp', 'Max', 'Mean', 'Min', 'Prod', 'Sum', 'SumSquare'];

export const LAYOUT: Readonly<Record<string, Check>> = {
  ...Object.fromEntries(
    REDUCTIONS.map((kind) => [
      `Reduce${kind}`,
      all(lists({ 1: 'axes' }), reduce, zeroOrOne('keepdims'), zeroOrOne('noop_with_empty_axes')),
    ]),
  ),
  ArgMax: all(axis(0), zeroOrOne('keepdims')),
  ArgMin: all(axis(0), zeroOrOne('keepdims')),
  Concat: all(axis(0), concat),
  ConstantOfShape: all(lists({ 0: 'input' }), sizesOf),
  CumSum: cumSum,
  DepthToSpace: all(depthToSpace, oneOf('mode', 'DCR', ['DCR', 'CRD'])),
  Expand: all(lists({ 1: 'shape' }), expand),
  Flatten: axis(1, { beyond: 1 }),
  Gather: all(axis(0), gather),
  GatherElements: axis(0),
  GridSample: all(
    oneOf('padding_mode', 'zeros', ['zeros', 'border', 'reflection']),
    oneOf('mode', 'linear', ['linear', 'nearest', 'cubic', 'bilinear', 'bicubic']),
  ),
  OneHot: axis(-1, { beyond: 1 }),
  Pad: all(lists({ 1: 'pads', 3: 'axes' }), oneOf('mode', 'constant', ['constant', 'reflect', 'edge', 'wrap']), pad),
  Reshape: all(lists({ 1: 'shape' }), reshape, zeroOrOne('allowzero')),
  Resize: all(
    oneOf('mode', 'nearest', ['nearest', 'linear', 'cubic']),
    oneOf('coordinate_transformation_mode', 'half_pixel', [
      ...['half_pixel', 'half_pixel_symmetric', 'pytorch_half_pixel', 'align_corners', 'asymmetric'],
      ...['tf_half_pixel_for_nn', 'tf_crop_and_resize'],
    ]),
    oneOf('nearest_mode', 'round_prefer_floor', ['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil']),
    oneOf('keep_aspect_ratio_policy', 'stretch', ['stretch', 'not_larger', 'not_smaller']),
    lists({ 1: 'roi', 2: 'scales', 3: 'sizes' }),
    resize,
  ),
  Slice: all(lists({ 1: 'starts', 2: 'ends', 3: 'axes', 4: 'steps' }), slice),
  SpaceToDepth: spaceToDepth,
  Split: all(axis(0), lists({ 1: 'split' }), split),
  Squeeze: all(lists({ 1: 'axes' }), squeeze),
  Tile: all(lists({ 1: 'repeats' }), tile),
  TopK: all(axis(-1), topK, zeroOrOne('largest'), zeroOrOne('sorted')),
  Transpose: transpose,
  // onnxruntime accepts a single number too.
  Unsqueeze: all(lists({ 1: 'axes' }, true), unsqueeze),
  Upsample: all(lists({ 1: 'scales' }), oneOf('mode', 'nearest', ['nearest', 'linear', 'bilinear']), upsample),
};
