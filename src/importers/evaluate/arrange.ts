// Known values in another order or shape: reshaping, joining, cutting, gathering, scattering.
import { type Shape, sizeBetween, sizeOf } from '../../core/shape.js';
import {
  arranged,
  axisOf,
  broadcast,
  broadcastIndex,
  type Call,
  coordinatesOf,
  type Evaluate,
  listed,
  listOf,
  type Operand,
  operand,
  strides,
} from './operand.js';

const integers = (values: number[], shape: Shape = [values.length]): Operand => ({ shape, kind: 'int', data: values });

const transpose: Evaluate = (call) => {
  const [x] = call.inputs;
  if (!x) return undefined;
  const order = call.numbers('perm') ?? x.shape.map((_, i) => x.shape.length - 1 - i);
  const shape = order.map((axis) => x.shape[axis]);
  const old = strides(x.shape);
  const steps = order.map((axis) => old[axis]);
  return arranged(x, shape, (i) => coordinatesOf(i, shape).reduce((sum, c, axis) => sum + c * steps[axis], 0));
};

const concat: Evaluate = (call) => {
  const parts = call.inputs.filter((x): x is Operand => x !== undefined);
  const [first] = parts;
  const axis = first && axisOf(call.number('axis', 1), first.shape.length);
  if (axis === undefined || parts.length < call.inputs.length) return undefined;
  const fits = ({ shape }: Operand) =>
    shape.length === first.shape.length && shape.every((d, i) => i === axis || d === first.shape[i]);
  if (!parts.every(fits)) return undefined;
  const length = parts.reduce((sum, { shape }) => sum + shape[axis], 0);
  const shape = first.shape.map((d, i) => (i === axis ? length : d));
  const data = new Float64Array(sizeOf(shape));
  const outer = sizeBetween(shape, 0, axis);
  let start = 0;
  for (const part of parts) {
    const run = sizeBetween(part.shape, axis);
    const stride = sizeBetween(shape, axis);
    for (let o = 0; o < outer; o++) for (let i = 0; i < run; i++) data[o * stride + start + i] = part.data[o * run + i];
    start += run;
  }
  return { shape, kind: first.kind, data };
};

/** `x` with axis `axis` made of these old indices; −1 stands for `fill`. */
function taken(x: Operand, axis: number, indices: readonly number[], fill = 0): Operand {
  const shape = x.shape.map((d, i) => (i === axis ? indices.length : d));
  const inner = sizeBetween(x.shape, axis + 1);
  const L = x.shape[axis];
  return arranged(
    x,
    shape,
    (i) => {
      const at = indices[Math.floor(i / inner) % indices.length];
      return at < 0 ? -1 : (Math.floor(i / (inner * indices.length)) * L + at) * inner + (i % inner);
    },
    fill,
  );
}

const split: Evaluate = (call) => {
  const [x] = call.inputs;
  const axis = x && axisOf(call.number('axis', 0), x.shape.length);
  if (!x || axis === undefined) return undefined;
  const each = Math.ceil(x.shape[axis] / call.outputs);
  const equal = Array.from({ length: call.outputs }, (_, i) => Math.min(each, x.shape[axis] - i * each));
  const lengths = listed(call, 1, 'split') ?? equal;
  let start = 0;
  return lengths.map((length) => {
    const part = taken(
      x,
      axis,
      Array.from({ length }, (_, i) => start + i),
    );
    start += length;
    return part;
  });
};

const slice: Evaluate = (call) => {
  const [x] = call.inputs;
  const starts = listed(call, 1, 'starts');
  const ends = listed(call, 2, 'ends');
  if (!x || !starts || !ends) return undefined;
  const axes = listed(call, 3, 'axes') ?? starts.map((_, i) => i);
  const steps = listOf(call.inputs[4]) ?? starts.map(() => 1);
  let result = x;
  for (const [i, given] of axes.entries()) {
    const axis = axisOf(given, x.shape.length);
    if (axis === undefined || steps[i] === 0) return undefined;
    const L = x.shape[axis];
    const step = steps[i];
    const clamp = (v: number, low: number, high: number) => Math.min(Math.max(v < 0 ? v + L : v, low), high);
    const from = step > 0 ? clamp(starts[i], 0, L) : clamp(starts[i], -1, L - 1);
    const to = step > 0 ? clamp(ends[i], 0, L) : clamp(ends[i], -1, L - 1);
    const length = Math.max(0, Math.ceil((to - from) / step));
    result = taken(
      result,
      axis,
      Array.from({ length }, (_, k) => from + k * step),
    );
  }
  return result;
};

const gather: Evaluate = (call) => {
  const [x, indices] = call.inputs;
  const axis = x && axisOf(call.number('axis', 0), x.shape.length);
  if (!x || !indices || axis === undefined) return undefined;
  const at = Array.from(indices.data, (i) => axisOf(i, x.shape[axis]));
  if (!at.every((i): i is number => i !== undefined)) return undefined;
  const { data } = taken(x, axis, at);
  return { shape: [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)], kind: x.kind, data };
};

const gatherElements: Evaluate = (call) => {
  const [x, indices] = call.inputs;
  const axis = x && axisOf(call.number('axis', 0), x.shape.length);
  if (!x || !indices || axis === undefined) return undefined;
  const steps = strides(x.shape);
  return arranged(x, indices.shape, (i) =>
    coordinatesOf(i, indices.shape).reduce((sum, c, a) => {
      const at = a === axis ? indices.data[i] : c;
      return sum + (at < 0 ? at + x.shape[a] : at) * steps[a];
    }, 0),
  );
};

/** Where each row of `indices` `[..., k]` begins in `x`, and how many elements it stands for. */
function rowsOf(x: Operand, indices: Operand) {
  const k = indices.shape[indices.shape.length - 1];
  const run = sizeBetween(x.shape, k);
  const steps = strides(x.shape);
  const starts = Array.from({ length: indices.data.length / k }, (_, r) => {
    let at = 0;
    for (let a = 0; a < k; a++) {
      const i = indices.data[r * k + a];
      at += (i < 0 ? i + x.shape[a] : i) * steps[a];
    }
    return at;
  });
  return { k, run, starts };
}

const gatherNd: Evaluate = (call) => {
  const [x, indices] = call.inputs;
  if (!x || !indices || call.number('batch_dims', 0) !== 0) return undefined;
  const { k, run, starts } = rowsOf(x, indices);
  return arranged(
    x,
    [...indices.shape.slice(0, -1), ...x.shape.slice(k)],
    (i) => starts[Math.floor(i / run)] + (i % run),
  );
};

const scatterNd: Evaluate = (call) => {
  const [x, indices, updates] = call.inputs;
  if (!x || !indices || !updates || call.text('reduction', 'none') !== 'none') return undefined;
  const data = Float64Array.from(x.data);
  const { run, starts } = rowsOf(x, indices);
  starts.forEach((start, r) => {
    for (let i = 0; i < run; i++) data[start + i] = updates.data[r * run + i];
  });
  return { ...x, data };
};

const scatterElements: Evaluate = (call) => {
  const [x, indices, updates] = call.inputs;
  const axis = x && axisOf(call.number('axis', 0), x.shape.length);
  if (!x || !indices || !updates || axis === undefined || call.text('reduction', 'none') !== 'none') return undefined;
  const data = Float64Array.from(x.data);
  const steps = strides(x.shape);
  for (let i = 0; i < updates.data.length; i++) {
    const to = coordinatesOf(i, indices.shape).reduce((sum, c, a) => {
      const at = a === axis ? indices.data[i] : c;
      return sum + (at < 0 ? at + x.shape[a] : at) * steps[a];
    }, 0);
    data[to] = updates.data[i];
  }
  return { ...x, data };
};

const expand: Evaluate = ({ inputs: [x, wanted] }) => {
  const shape = x && wanted && broadcast([x.shape, Array.from(wanted.data)]);
  return x && shape && arranged(x, shape, broadcastIndex(x.shape, shape));
};

const tile: Evaluate = ({ inputs: [x, repeats] }) => {
  if (!x || repeats?.data.length !== x.shape.length) return undefined;
  let result = x;
  for (let axis = 0; axis < x.shape.length; axis++) {
    const L = x.shape[axis];
    result = taken(
      result,
      axis,
      Array.from({ length: L * repeats.data[axis] }, (_, i) => i % L),
    );
  }
  return result;
};

const range: Evaluate = ({ inputs: [start, limit, delta] }) => {
  if (!start || !limit || !delta || delta.data[0] === 0) return undefined;
  const length = Math.max(0, Math.ceil((limit.data[0] - start.data[0]) / delta.data[0]));
  if (!(length < 2 ** 24)) return undefined;
  return operand(
    [length],
    start.kind,
    Array.from({ length }, (_, i) => start.data[0] + i * delta.data[0]),
  );
};

const nonZero: Evaluate = ({ inputs: [x] }) => {
  if (!x) return undefined;
  const found = Array.from(x.data, (v, i) => (v !== 0 ? i : -1)).filter((i) => i >= 0);
  const at = found.map((i) => coordinatesOf(i, x.shape));
  return integers(
    x.shape.flatMap((_, axis) => at.map((c) => c[axis])),
    [x.shape.length, found.length],
  );
};

const pad: Evaluate = (call) => {
  const [x] = call.inputs;
  const pads = listed(call, 1, 'pads');
  if (!x || !pads) return undefined;
  const axes = listOf(call.inputs[3]) ?? x.shape.map((_, i) => i);
  const fill = call.inputs[2]?.data[0] ?? call.number('value', 0);
  const mode = call.text('mode', 'constant');
  let result = x;
  for (const [i, given] of axes.entries()) {
    const axis = axisOf(given, x.shape.length);
    if (axis === undefined) return undefined;
    const L = x.shape[axis];
    const indices = Array.from({ length: L + pads[i] + pads[i + axes.length] }, (_, k) => {
      const at = k - pads[i];
      if (at >= 0 && at < L) return at;
      if (mode === 'constant') return -1;
      if (mode === 'edge') return Math.min(Math.max(at, 0), L - 1);
      if (mode === 'wrap') return ((at % L) + L) % L;
      const period = Math.max(1, 2 * (L - 1));
      const m = ((at % period) + period) % period;
      return m < L ? m : period - m;
    });
    result = taken(result, axis, indices, fill);
  }
  return result;
};

const oneHot: Evaluate = (call) => {
  const [indices, depth, values] = call.inputs;
  if (!indices || !depth || !values) return undefined;
  const D = depth.data[0];
  const rank = indices.shape.length + 1;
  const axis = axisOf(call.number('axis', -1), rank);
  if (axis === undefined || !(D > 0 && D < 2 ** 20)) return undefined;
  const shape = [...indices.shape.slice(0, axis), D, ...indices.shape.slice(axis)];
  const inner = sizeBetween(shape, axis + 1);
  const data = new Float64Array(sizeOf(shape));
  for (let i = 0; i < data.length; i++) {
    const from = indices.data[Math.floor(i / (inner * D)) * inner + (i % inner)];
    data[i] = values.data[Number((from < 0 ? from + D : from) === Math.floor(i / inner) % D)];
  }
  return { shape, kind: values.kind, data };
};

const trilu: Evaluate = (call) => {
  const [x, k] = call.inputs;
  if (!x || x.shape.length < 2) return undefined;
  const upper = call.number('upper', 1) !== 0;
  const offset = k?.data[0] ?? 0;
  const [rows, columns] = x.shape.slice(-2);
  return arranged(x, x.shape, (i) => {
    const column = i % columns;
    const row = Math.floor(i / columns) % rows;
    return (upper ? column - row >= offset : column - row <= offset) ? i : -1;
  });
};

const eyeLike: Evaluate = (call) => {
  const [x] = call.inputs;
  if (x?.shape.length !== 2) return undefined;
  const k = call.number('k', 0);
  const columns = x.shape[1];
  const data = Float64Array.from(x.data, (_, i) => Number((i % columns) - Math.floor(i / columns) === k));
  return { ...x, kind: call.has('dtype') ? 'f32' : x.kind, data };
};

/** Reverses nothing and sums what stands before: numbers along an axis added up. */
const cumSum: Evaluate = (call) => {
  const [x, along] = call.inputs;
  const axis = x && along && axisOf(along.data[0], x.shape.length);
  if (!x || axis === undefined) return undefined;
  const exclusive = call.number('exclusive', 0) !== 0;
  const reverse = call.number('reverse', 0) !== 0;
  const L = x.shape[axis];
  const inner = sizeBetween(x.shape, axis + 1);
  const data = new Float64Array(x.data.length);
  for (let o = 0; o < data.length / (L * inner); o++) {
    for (let i = 0; i < inner; i++) {
      let sum = 0;
      for (let l = 0; l < L; l++) {
        const at = (o * L + (reverse ? L - 1 - l : l)) * inner + i;
        if (!exclusive) sum += x.data[at];
        data[at] = sum;
        if (exclusive) sum += x.data[at];
      }
    }
  }
  return operand(x.shape, x.kind, data);
};

const topK: Evaluate = (call) => {
  const [x, k] = call.inputs;
  const axis = x && axisOf(call.number('axis', -1), x.shape.length);
  if (!x || axis === undefined) return undefined;
  const K = k?.data[0] ?? call.number('k', 1);
  const sign = call.number('largest', 1) !== 0 ? 1 : -1;
  const L = x.shape[axis];
  if (!(K >= 0 && K <= L)) return undefined;
  const inner = sizeBetween(x.shape, axis + 1);
  const shape = x.shape.map((d, i) => (i === axis ? K : d));
  const values = new Float64Array(sizeOf(shape));
  const indices = new Float64Array(values.length);
  for (let row = 0; row < x.data.length / L; row++) {
    const at = (l: number, length: number) => (Math.floor(row / inner) * length + l) * inner + (row % inner);
    const order = Array.from({ length: L }, (_, l) => l).sort(
      (a, b) => sign * (x.data[at(b, L)] - x.data[at(a, L)]) || a - b,
    );
    for (let i = 0; i < K; i++) {
      values[at(i, K)] = x.data[at(order[i], L)];
      indices[at(i, K)] = order[i];
    }
  }
  return [
    { shape, kind: x.kind, data: values },
    { shape, kind: 'int', data: indices },
  ];
};

const size = (call: Call): Operand | undefined => call.inputs[0] && integers([sizeOf(call.inputs[0].shape)], []);

export const ARRANGE: Readonly<Record<string, Evaluate>> = {
  Transpose: transpose,
  Concat: concat,
  Split: split,
  Slice: slice,
  Gather: gather,
  GatherElements: gatherElements,
  GatherND: gatherNd,
  ScatterND: scatterNd,
  ScatterElements: scatterElements,
  Expand: expand,
  Tile: tile,
  Range: range,
  NonZero: nonZero,
  Pad: pad,
  OneHot: oneHot,
  Trilu: trilu,
  EyeLike: eyeLike,
  CumSum: cumSum,
  TopK: topK,
  Size: size,
};
