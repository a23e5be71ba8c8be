// Training losses, written in ops.
import type { Model } from '../src/graph/model.js';
import type { Tape, Value } from '../src/graph/tape.js';
import { op as argMax } from '../src/kernels/argMax/index.js';
import { binary } from '../src/kernels/binary/index.js';
import { op as embed } from '../src/kernels/embed/index.js';
import { op as logSoftmax } from '../src/kernels/logSoftmax/index.js';
import { pointwise } from '../src/kernels/pointwise/index.js';
import { op as reduction } from '../src/kernels/reduction/index.js';
import { openNet } from '../src/scene/openNet.js';

/** `−log softmax(logits)[label]` for logits `[N, K]` and labels `[N]` (as floats), giving `[N]`. */
export function crossEntropy(tape: Tape, logits: Value, labels: Value): Value {
  const K = logits.shape[1];
  const identity = new Float32Array(K * K).map((_, i) => (i % (K + 1) === 0 ? 1 : 0));
  const oneHot = tape.apply(
    embed,
    {
      x: labels,
      w: tape.constant('one-hot', [K, K], identity),
      b: tape.constant('no bias', [K], new Float32Array(K)),
    },
    {},
  );
  const log = tape.apply(logSoftmax, { x: logits }, { from: 1, to: 2 });
  const picked = tape.apply(
    reduction,
    { x: binary(tape, 'mul', log, oneHot) },
    { kind: 'sum', axes: [1], keep: false },
  );
  return pointwise(tape, picked, 'neg');
}

/** 1 if the greatest of logits `[N, K]` is at the label, otherwise 0: `[N]`. Has no gradient. */
export function hits(tape: Tape, logits: Value, labels: Value): Value {
  const guess = tape.apply(argMax, { x: logits }, { axis: 1, keep: false, least: false, last: false });
  const away = pointwise(tape, binary(tape, 'sub', guess, labels), 'abs');
  return pointwise(tape, pointwise(tape, away, 'clip', { a: 0, b: 1 }), 'power', { a: -1, b: 1 });
}

/** The mean of all elements, `[1]`. */
export function mean(tape: Tape, x: Value): Value {
  const rows =
    x.shape.length > 1
      ? tape.apply(reduction, { x }, { kind: 'mean', axes: x.shape.slice(1).map((_, i) => i + 1), keep: false })
      : x;
  return tape.apply(reduction, { x: rows }, { kind: 'mean', axes: [0], keep: true });
}

/** Mean of `(a − b)²` over all elements, `[1]`. */
export function squaredError(tape: Tape, a: Value, b: Value): Value {
  return mean(tape, pointwise(tape, binary(tape, 'sub', a, b), 'power', { c: 2 }));
}

/** `Σ factor·x`, `[1]`. */
export function weightedSum(tape: Tape, terms: readonly (readonly [factor: number, x: Value])[]): Value {
  return terms
    .map(([factor, x]) => (factor === 1 ? x : pointwise(tape, x, 'power', { a: factor })))
    .reduce((a, b) => binary(tape, 'add', a, b));
}

/**
 * The distance between `made` and `wanted` in the features of a net that takes both as input: the squared error of the blob of
 * `layer`, relative to its mean square over the batch. So one weight fits any layer.
 */
export function featureError(tape: Tape, net: Model, layer: string, made: Value, wanted: Value): Value {
  const features = (image: Value) => openNet(net, { tape, image }).at.final(layer);
  const [a, b] = [features(made), features(wanted)];
  const scale = pointwise(tape, mean(tape, pointwise(tape, b, 'power', { c: 2 })), 'power', { b: 1e-6, c: -1 });
  return binary(tape, 'mul', squaredError(tape, a, b), scale);
}
