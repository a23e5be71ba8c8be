// Padding, slicing with steps, gathering, tiling, expanding, resizing and cropping in Caffe and ONNX files.

import { sizeOf } from '../../core/shape.js';
import { afterReshape, type BatchRule, openShape } from '../../graph/batch.js';
import type { CaffeRule, OnnxNode, OnnxRule } from '../../graph/importing.js';
import type { Attrs } from './index.js';
import { type PadMode, padTables, resizeTable, sliceRange, sliceTable, type Table, take, tileTable } from './tables.js';

const made = (node: OnnxNode, tables: readonly Table[], shape?: readonly number[]) => ({
  attrs: { tables, ...(shape && { shape }) },
  inputs: [node.inputs[0]],
});
const fromFront = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

const MODES: readonly string[] = ['constant', 'reflect', 'edge', 'wrap'] satisfies PadMode[];
const isMode = (mode: string): mode is PadMode => MODES.includes(mode);

const pad: OnnxRule = (node) => {
  const shape = node.shape(0);
  const pads = node.values(1) ?? node.numbers('pads');
  const mode = node.text('mode', 'constant');
  if (!pads || !isMode(mode) || (node.inputs[2] && !node.values(2))) return undefined;
  const axes = (node.values(3) ?? shape.map((_, i) => i)).map((a) => fromFront(a, shape.length));
  const side = (offset: number) => shape.map((_, i) => (axes.includes(i) ? pads[axes.indexOf(i) + offset] : 0));
  const fill = node.values(2)?.[0] ?? node.number('value', 0);
  return made(node, padTables(shape, side(0), side(axes.length), mode, fill));
};

const slice: OnnxRule = (node) => {
  const shape = node.shape(0);
  const starts = node.values(1) ?? node.numbers('starts');
  const ends = node.values(2) ?? node.numbers('ends');
  if (!starts || !ends) return undefined;
  const axes = node.values(3) ?? node.numbers('axes') ?? starts.map((_, i) => i);
  const steps = node.values(4) ?? starts.map(() => 1);
  const parts = starts.map((start, i) => {
    const axis = fromFront(axes[i], shape.length);
    return [axis, shape[axis], start, ends[i], steps[i]] as const;
  });
  const left = [...shape];
  for (const [axis, ...range] of parts) left[axis] = sliceRange(...range).length;
  if (left.includes(0)) return { attrs: {}, empty: left };
  return made(
    node,
    parts.map((part) => sliceTable(...part)),
  );
};

/** Known indices of any rank become one axis, which then gets their shape. */
const gather: OnnxRule = (node) => {
  const shape = node.shape(0);
  const axis = fromFront(node.number('axis', 0), shape.length);
  const at = node.values(1)?.map((i) => fromFront(i, shape[axis]));
  if (!at || node.constant(0)) return undefined;
  return made(node, [take(axis, at)], [...shape.slice(0, axis), ...node.shape(1), ...shape.slice(axis + 1)]);
};

const tile: OnnxRule = (node) => {
  const repeats = node.values(1);
  const shape = node.shape(0);
  if (!repeats || repeats.length !== shape.length) return undefined;
  return made(
    node,
    repeats.map((times, axis) => tileTable(axis, shape[axis], times)),
  );
};

/** Broadcasts to a shape as NumPy does. */
const expand: OnnxRule = (node) => {
  const wanted = node.values(1);
  const shape = node.shape(0);
  if (!wanted) return undefined;
  const rank = Math.max(wanted.length, shape.length);
  const from = [...Array<number>(rank - shape.length).fill(1), ...shape];
  const to = [...Array<number>(rank - wanted.length).fill(1), ...wanted].map((d, i) => Math.max(d, from[i]));
  const lead = rank - shape.length;
  // New leading axes repeat the whole value, so the first existing axis is repeated instead.
  const tables = shape.map((L, i) => tileTable(i, L, L === 1 ? to[i + lead] : 1));
  const whole = sizeOf(to.slice(0, lead));
  if (whole > 1 && shape.length > 0) tables.push(tileTable(0, tables[0].at.length, whole));
  return made(node, tables, to);
};

const resize: OnnxRule = (node) => {
  const shape = node.shape(0);
  const upsample = node.type === 'Upsample';
  // In opset 10 and in Upsample, scales are the second input. From opset 11 on a region comes before them, and sizes after.
  const early = upsample || node.opset < 11;
  const scales = upsample ? (node.values(1) ?? node.numbers('scales')) : node.values(early ? 1 : 2);
  const sizes = early ? undefined : node.values(3);
  const axes = (node.numbers('axes') ?? shape.map((_, i) => i)).map((a) => fromFront(a, shape.length));
  const named = node.text('mode', 'nearest');
  const modes = { nearest: 'nearest', linear: 'linear', bilinear: 'linear', cubic: 'cubic' } as const;
  if (!(named in modes) || !(scales?.length || sizes?.length)) return undefined;
  const mode = modes[named as keyof typeof modes];
  const region = node.values(1);
  const policy = node.text('keep_aspect_ratio_policy', 'stretch');
  const coordinates = early ? 'asymmetric' : node.text('coordinate_transformation_mode', 'half_pixel');
  const given = (i: number) => (scales?.length ? scales[i] : (sizes?.[i] ?? 1) / shape[axes[i]]);
  const all = axes.map((_, i) => given(i));
  const shared = policy === 'stretch' ? undefined : policy === 'not_larger' ? Math.min(...all) : Math.max(...all);
  const tables = axes.map((axis, i) => {
    const L = shape[axis];
    const scale = shared ?? given(i);
    const crop: readonly [number, number] =
      coordinates === 'tf_crop_and_resize' && region?.length ? [region[i], region[i + axes.length]] : [0, 1];
    const exact = L * scale * (scales?.length ? crop[1] - crop[0] : 1);
    const J =
      shared !== undefined ? Math.round(L * shared) : scales?.length ? Math.floor(exact + 1e-9) : (sizes?.[i] ?? L);
    // Equal sizes stay unchanged in any mode.
    if (J === L && scale === 1 && coordinates !== 'tf_crop_and_resize') return tileTable(axis, L, 1);
    return resizeTable(axis, L, J, scale, {
      mode,
      coordinates,
      region: crop,
      rounding: early ? 'floor' : node.text('nearest_mode', 'round_prefer_floor'),
      cubic: node.number('cubic_coeff_a', -0.75),
      excludeOutside: node.flag('exclude_outside', false),
      antialias: node.flag('antialias', false),
      extrapolation: node.number('extrapolation_value', 0),
    });
  });
  return made(node, tables);
};
export const onnx = {
  Pad: pad,
  Slice: slice,
  Gather: gather,
  Tile: tile,
  Expand: expand,
  Resize: resize,
  Upsample: resize,
};

const caffeTile: CaffeRule = ({ params, shapes: [shape] }) => {
  const p = params.message('tile_param');
  const axis = fromFront(p.number('axis', 1), shape.length);
  return { attrs: { tables: [tileTable(axis, shape[axis], p.number('tiles', 1))] } };
};

/** Crops the first bottom to the size of the second, from `axis` on. */
const crop: CaffeRule = ({ params, shapes: [shape, wanted], bottoms }) => {
  if (!wanted) return undefined;
  const p = params.message('crop_param');
  const axis = fromFront(p.number('axis', 2), shape.length);
  const offsets = p.numbers('offset');
  const tables = shape.flatMap((L, i) => {
    if (i < axis) return [];
    const start = offsets.length === 1 ? offsets[0] : (offsets[i - axis] ?? 0);
    return [sliceTable(i, L, start, start + wanted[i], 1)];
  });
  return { attrs: { tables }, inputs: [bottoms[0]] };
};
export const caffe = { Tile: caffeTile, Crop: crop };

export const batch: BatchRule<'x', Attrs> = ({ inputs: { x }, at, output, attrs: { tables, shape }, size }) => {
  if (!at.x) return undefined;
  const { axis } = at.x;
  const ofAxis = (t: Table) => (t.axis < 0 ? t.axis + x.shape.length : t.axis);
  const length = x.shape[axis];
  const isIdentity = ({ at: from, weight, taps }: Table) =>
    taps === 1 && from.length === length && from.every((i, j) => i === j) && (weight?.every((w) => w === 1) ?? true);
  if (tables.some((t) => ofAxis(t) === axis && !isIdentity(t))) return undefined;
  const others = tables.filter((t) => ofAxis(t) !== axis);
  if (!shape) return { at: at.x, attrs: { tables: others } };
  const resampled = x.shape.map((d, i) => {
    const last = others.filter((t) => ofAxis(t) === i).at(-1);
    return last ? last.at.length / last.taps : d;
  });
  const place = afterReshape(resampled, at.x, output, size);
  return place && { at: place, attrs: { tables: others, shape: openShape(output, place) } };
};
