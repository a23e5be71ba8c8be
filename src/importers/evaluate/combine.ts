// Known values joined: reductions, products of matrices, normalizations of weights, and weights that are stored as integers.
import { type Shape, sizeBetween, sizeOf } from '../../core/shape.js';
import { roundHalfEven } from './elementwise.js';
import {
  axisOf,
  broadcast,
  broadcastIndex,
  type Call,
  coordinatesOf,
  type Evaluate,
  isFloat,
  listed,
  type Operand,
  operand,
} from './operand.js';

/** Sums and the like along axes. */
const reduce =
  (start: number, join: (sum: number, v: number) => number, finish: (sum: number, count: number) => number): Evaluate =>
  (call) => {
    const [x] = call.inputs;
    if (!x) return undefined;
    const given = listed(call, 1, 'axes') ?? [];
    if (given.length === 0 && call.number('noop_with_empty_axes', 0) !== 0) return x;
    const axes = given.length > 0 ? given.map((a) => axisOf(a, x.shape.length)) : x.shape.map((_, i) => i);
    if (axes.includes(undefined)) return undefined;
    const kept = x.shape.map((d, i) => (axes.includes(i) ? 1 : d));
    const to = broadcastIndex(kept, x.shape);
    const data = new Float64Array(sizeOf(kept)).fill(start);
    for (let i = 0; i < x.data.length; i++) data[to(i)] = join(data[to(i)], x.data[i]);
    const count = x.data.length / data.length;
    const shape = call.number('keepdims', 1) !== 0 ? kept : x.shape.filter((_, i) => !axes.includes(i));
    return operand(
      shape,
      x.kind,
      // Whole numbers stay whole: what is beyond is cut off.
      data.map((v) => (isFloat(x.kind) ? finish(v, count) : Math.trunc(finish(v, count)))),
    );
  };
const same = (sum: number) => sum;

const argument =
  (sign: 1 | -1): Evaluate =>
  (call) => {
    const [x] = call.inputs;
    const axis = x && axisOf(call.number('axis', 0), x.shape.length);
    if (!x || axis === undefined) return undefined;
    const last = call.number('select_last_index', 0) !== 0;
    const L = x.shape[axis];
    const inner = sizeBetween(x.shape, axis + 1);
    const kept = x.shape.map((d, i) => (i === axis ? 1 : d));
    const data = new Float64Array(sizeOf(kept));
    for (let row = 0; row < data.length; row++) {
      const at = (l: number) => x.data[(Math.floor(row / inner) * L + l) * inner + (row % inner)];
      for (let l = 1; l < L; l++) {
        const more = sign * (at(l) - at(data[row]));
        if (more > 0 || (last && more === 0)) data[row] = l;
      }
    }
    return {
      shape: call.number('keepdims', 1) !== 0 ? kept : kept.filter((_, i) => i !== axis),
      kind: 'int',
      data,
    };
  };

/** NumPy's matmul of matrices and batches of them. */
function product(a: Operand, b: Operand): Operand | undefined {
  if (a.shape.length < 2 || b.shape.length < 2) return undefined;
  const [M, K] = a.shape.slice(-2);
  const [depth, N] = b.shape.slice(-2);
  const batch = broadcast([a.shape.slice(0, -2), b.shape.slice(0, -2)]);
  if (!batch || K !== depth) return undefined;
  const atA = broadcastIndex(a.shape.slice(0, -2), batch);
  const atB = broadcastIndex(b.shape.slice(0, -2), batch);
  const data = new Float64Array(sizeOf(batch) * M * N);
  for (let g = 0; g < sizeOf(batch); g++) {
    for (let m = 0; m < M; m++) {
      for (let k = 0; k < K; k++) {
        const v = a.data[(atA(g) * M + m) * K + k];
        for (let n = 0; n < N; n++) data[(g * M + m) * N + n] += v * b.data[(atB(g) * K + k) * N + n];
      }
    }
  }
  return operand([...batch, M, N], a.kind, data);
}

const turned = (x: Operand): Operand => {
  const [rows, columns] = x.shape;
  const data = Float64Array.from(x.data, (_, i) => x.data[(i % rows) * columns + Math.floor(i / rows)]);
  return { shape: [columns, rows], kind: x.kind, data };
};

const gemm: Evaluate = (call) => {
  const [a, b, c] = call.inputs;
  if (a?.shape.length !== 2 || b?.shape.length !== 2) return undefined;
  const y = product(call.number('transA', 0) !== 0 ? turned(a) : a, call.number('transB', 0) !== 0 ? turned(b) : b);
  if (!y) return undefined;
  const at = c && broadcastIndex(c.shape, y.shape);
  const [alpha, beta] = [call.number('alpha', 1), call.number('beta', 1)];
  return operand(
    y.shape,
    y.kind,
    Float64Array.from(y.data, (v, i) => alpha * v + (c && at ? beta * c.data[at(i)] : 0)),
  );
};

/** Any equation without an ellipsis, as sums over all indices. */
const einsum: Evaluate = (call) => {
  const [left, right] = call.text('equation', '').replaceAll(' ', '').split('->');
  const terms = left.split(',');
  const inputs = call.inputs.filter((x): x is Operand => x !== undefined);
  if (terms.length !== inputs.length || left.includes('.')) return undefined;
  const sizes = new Map<string, number>();
  for (const [i, term] of terms.entries())
    for (const [axis, letter] of [...term].entries()) sizes.set(letter, inputs[i].shape[axis]);
  const letters = [...sizes.keys()];
  const once = letters.filter((l) => left.replaceAll(',', '').split(l).length === 2).sort();
  const out = [...(right ?? once.join(''))];
  const summed = letters.filter((l) => !out.includes(l));
  const order = [...out, ...summed];
  const whole: Shape = order.map((l) => sizes.get(l) ?? 1);
  if (sizeOf(whole) > 2 ** 26) return undefined;
  const shape: Shape = out.map((l) => sizes.get(l) ?? 1);
  const inner = sizeOf(whole) / Math.max(1, sizeOf(shape));
  const data = new Float64Array(sizeOf(shape));
  for (let i = 0; i < sizeOf(whole); i++) {
    const at = coordinatesOf(i, whole);
    let value = 1;
    for (const [k, term] of terms.entries()) {
      let index = 0;
      [...term].forEach((letter, axis) => {
        index = index * inputs[k].shape[axis] + at[order.indexOf(letter)];
      });
      value *= inputs[k].data[index];
    }
    data[Math.floor(i / inner)] += value;
  }
  return operand(shape, inputs[0].kind, data);
};

/**
 * Channels `[N, C, ...]` brought to mean 0 and variance 1, by their own statistics where the node trains: how some exporters
 * write weight standardization.
 */
const batchNorm: Evaluate = (call) => {
  const [x, scale, shift, mean, variance] = call.inputs;
  if (!x || !scale || !shift) return undefined;
  // Before opset 14 training is what has five outputs; from then on it is said, and there are three.
  const own = call.number('training_mode', 0) !== 0 || call.outputs === 5;
  if (call.outputs > 1 && !own) return undefined;
  const eps = call.number('epsilon', 1e-5);
  const C = x.shape[1] ?? 1;
  const inner = sizeBetween(x.shape, 2);
  const channel = (i: number) => Math.floor(i / inner) % C;
  const stats = own ? moments(x, C, channel) : { mean: mean?.data, variance: variance?.data };
  if (!stats.mean || !stats.variance) return undefined;
  const [m, v] = [stats.mean, stats.variance];
  const y = operand(
    x.shape,
    x.kind,
    Float64Array.from(x.data, (value, i) => {
      const c = channel(i);
      return ((value - m[c]) / Math.sqrt(v[c] + eps)) * scale.data[c] + shift.data[c];
    }),
  );
  // The running statistics, which nothing of an inference reads.
  return call.outputs > 1 ? Array.from({ length: call.outputs }, (_, i) => (i === 0 ? y : (mean ?? y))) : y;
};

function moments(x: Operand, groups: number, of: (i: number) => number) {
  const count = x.data.length / groups;
  const mean = new Float64Array(groups);
  const variance = new Float64Array(groups);
  for (let i = 0; i < x.data.length; i++) mean[of(i)] += x.data[i] / count;
  for (let i = 0; i < x.data.length; i++) variance[of(i)] += (x.data[i] - mean[of(i)]) ** 2 / count;
  return { mean, variance };
}

const instanceNorm: Evaluate = (call) => {
  const [x, scale, shift] = call.inputs;
  if (!x || !scale || !shift) return undefined;
  const eps = call.number('epsilon', 1e-5);
  const C = x.shape[1];
  const inner = sizeBetween(x.shape, 2);
  const group = (i: number) => Math.floor(i / inner);
  const { mean, variance } = moments(x, x.shape[0] * C, group);
  const data = Float64Array.from(x.data, (v, i) => {
    const g = group(i);
    return ((v - mean[g]) / Math.sqrt(variance[g] + eps)) * scale.data[g % C] + shift.data[g % C];
  });
  return operand(x.shape, x.kind, data);
};

/** Along one axis from opset 13; before it, all axes from there on. */
const softmax: Evaluate = (call) => {
  const [x] = call.inputs;
  const axis = x && axisOf(call.number('axis', call.opset < 13 ? 1 : -1), x.shape.length);
  if (!x || axis === undefined) return undefined;
  const L = call.opset < 13 ? sizeBetween(x.shape, axis) : x.shape[axis];
  const inner = call.opset < 13 ? 1 : sizeBetween(x.shape, axis + 1);
  const data = Float64Array.from(x.data);
  for (let row = 0; row < data.length / L; row++) {
    const at = (l: number) => (Math.floor(row / inner) * L + l) * inner + (row % inner);
    let most = Number.NEGATIVE_INFINITY;
    for (let l = 0; l < L; l++) most = Math.max(most, x.data[at(l)]);
    let sum = 0;
    for (let l = 0; l < L; l++) sum += Math.exp(x.data[at(l)] - most);
    for (let l = 0; l < L; l++) data[at(l)] = Math.exp(x.data[at(l)] - most) / sum;
  }
  return operand(x.shape, x.kind, data);
};

/** Scale and zero point of each element: one for all, or one for each index of an axis. Blocks are not understood. */
function quantization(call: Call, x: Operand) {
  const [, scale, zero] = call.inputs;
  if (!scale || call.number('block_size', 0) !== 0) return undefined;
  if (sizeOf(scale.shape) === 1) return () => [scale.data[0], zero?.data[0] ?? 0];
  const axis = axisOf(call.number('axis', 1), x.shape.length);
  if (axis === undefined || scale.shape.length !== 1 || scale.shape[0] !== x.shape[axis]) return undefined;
  const inner = sizeBetween(x.shape, axis + 1);
  return (i: number) => {
    const at = Math.floor(i / inner) % x.shape[axis];
    return [scale.data[at], zero?.data[at] ?? 0];
  };
}

const dequantize: Evaluate = (call) => {
  const [x, scale] = call.inputs;
  const by = x && quantization(call, x);
  if (!x || !by || !scale) return undefined;
  const data = Float64Array.from(x.data, (v, i) => {
    const [s, z] = by(i);
    return (v - z) * s;
  });
  return operand(x.shape, 'f32', data);
};

/** To bytes: from −128 where a zero point below 0 says so cannot be known, so only unsigned ones without a zero point. */
const quantize: Evaluate = (call) => {
  const [x, , zero] = call.inputs;
  const by = x && quantization(call, x);
  if (!x || !by || zero) return undefined;
  const data = Float64Array.from(x.data, (v, i) => {
    const [s, z] = by(i);
    return Math.min(Math.max(roundHalfEven(v / s) + z, 0), 255);
  });
  return { shape: x.shape, kind: 'int', data };
};

export const COMBINE: Readonly<Record<string, Evaluate>> = {
  ReduceSum: reduce(0, (s, v) => s + v, same),
  ReduceMean: reduce(
    0,
    (s, v) => s + v,
    (s, n) => s / n,
  ),
  ReduceProd: reduce(1, (s, v) => s * v, same),
  ReduceMax: reduce(Number.NEGATIVE_INFINITY, Math.max, same),
  ReduceMin: reduce(Number.POSITIVE_INFINITY, Math.min, same),
  ReduceL1: reduce(0, (s, v) => s + Math.abs(v), same),
  ReduceL2: reduce(0, (s, v) => s + v * v, Math.sqrt),
  ReduceSumSquare: reduce(0, (s, v) => s + v * v, same),
  ArgMax: argument(1),
  ArgMin: argument(-1),
  MatMul: ({ inputs: [a, b] }) => a && b && product(a, b),
  Gemm: gemm,
  Einsum: einsum,
  BatchNormalization: batchNorm,
  InstanceNormalization: instanceNorm,
  Softmax: softmax,
  DequantizeLinear: dequantize,
  QuantizeLinear: quantize,
};
