// Rules for ONNX operators with windows that slide over a map: convolutions and poolings.
import { formatShape, type Shape } from '../core/shape.js';
import { all, type Check, type Facts, must, numeric, oneOf, zeroOrOne } from './onnxSchemaFacts.js';

const AUTO_PAD = oneOf('auto_pad', 'NOTSET', ['NOTSET', 'SAME_UPPER', 'SAME_LOWER', 'VALID']);

/** Lists must have one entry per spatial axis, or two; `axes` is the number of spatial axes. */
function* entries({ numbers }: Facts, axes: number): Iterable<string> {
  const list = function* (name: string, count: number, least: number, unit: string): Iterable<string> {
    const values = numbers(name);
    if (!values) return;
    if (values.length !== count) {
      yield must(name, values, `have ${count} entries, ${unit} for each of ${axes} spatial axes`);
    } else if (values.some((v) => !(v >= least))) {
      yield must(name, values, least > 0 ? 'be above 0' : 'not be negative');
    }
  };
  yield* list('kernel_shape', axes, 1, 'one');
  yield* list('strides', axes, 1, 'one');
  yield* list('dilations', axes, 1, 'one');
  yield* list('pads', 2 * axes, 0, 'two');
  yield* list('output_padding', axes, 0, 'one');
}

/** The map must have a batch and channels before its spatial axes. */
function* spatial(facts: Facts): Iterable<string> {
  const x = facts.shape(0);
  if (x && x.length < 3) yield must('the input', x, 'have a batch, channels and at least one spatial axis');
}

const spatialAxes = (facts: Facts): number => {
  const x = facts.shape(0);
  return x ? x.length - 2 : (facts.numbers('kernel_shape')?.length ?? 0);
};

const pool: Check = function* (facts) {
  yield* spatial(facts);
  const axes = spatialAxes(facts);
  if (axes < 1) return;
  const kernel = facts.numbers('kernel_shape') ?? [];
  if (kernel.length === 0) yield must('kernel_shape', kernel, `have ${axes} entries`);
  const before = [...entries(facts, axes)];
  yield* before;
  const pads = facts.numbers('pads') ?? [];
  if (
    before.length === 0 &&
    facts.text('auto_pad', 'NOTSET') === 'NOTSET' &&
    pads.some((p, i) => p >= kernel[i % axes])
  ) {
    yield must('pads', pads, `be smaller than the kernel ${formatShape(kernel)}`);
  }
};

/** Checks a weight's shape, if it and the input's shape are known. */
function* weights(
  facts: Facts,
  of: { readonly channels: (w: Shape, group: number) => number; readonly outputs: (w: Shape, group: number) => number },
): Iterable<string> {
  const [x, w, b] = [0, 1, 2].map(facts.shape);
  const group = facts.number('group', 1);
  if (!(group >= 1)) {
    yield must('group', group, 'be above 0');
    return;
  }
  const kernel = facts.numbers('kernel_shape') ?? [];
  if (w && kernel.length > 0 && kernel.join() !== w.slice(2).join()) {
    yield must('kernel_shape', kernel, `be ${formatShape(w.slice(2))}, as the weights ${formatShape(w)} are`);
  }
  if (!x || !w) return;
  if (x.length !== w.length) {
    yield must('the weight', w, `have as many axes as the input ${formatShape(x)}`);
    return;
  }
  if (x[1] % group !== 0) {
    yield must('group', group, `divide the ${x[1]} channels of the input`);
    return;
  }
  if (x[1] !== of.channels(w, group)) {
    yield must('the weight', w, `be for the ${x[1]} channels of the input ${formatShape(x)} in ${group} groups`);
  }
  if (of.outputs(w, group) % group !== 0)
    yield must('group', group, `divide the ${of.outputs(w, group)} channels made`);
  if (b && (b.length !== 1 || b[0] !== of.outputs(w, group))) {
    yield must('the bias', b, `be [${of.outputs(w, group)}], one per channel made`);
  }
}

const conv: Check = function* (facts) {
  yield* spatial(facts);
  const axes = spatialAxes(facts);
  if (axes >= 1) yield* entries(facts, axes);
  yield* weights(facts, { channels: (w, group) => w[1] * group, outputs: (w) => w[0] });
};

const convTranspose: Check = function* (facts) {
  yield* spatial(facts);
  const axes = spatialAxes(facts);
  if (axes < 1) return;
  yield* entries(facts, axes);
  yield* weights(facts, { channels: (w) => w[0], outputs: (w, group) => w[1] * group });
  const extra = facts.numbers('output_padding') ?? [];
  const [strides, dilations] = [facts.numbers('strides') ?? [], facts.numbers('dilations') ?? []];
  const most = extra.map((_, i) => Math.max(strides[i] ?? 1, dilations[i] ?? 1));
  if (extra.some((e, i) => e >= most[i])) {
    yield must('output_padding', extra, `be below ${formatShape(most)}, the larger of stride and dilation`);
  }
  const wanted = facts.numbers('output_shape') ?? [];
  if (wanted.length > 0 && wanted.length !== axes && wanted.length !== axes + 2) {
    yield must('output_shape', wanted, `have ${axes} entries, one per spatial axis`);
  }
};

export const WINDOWS: Readonly<Record<string, Check>> = {
  Conv: all(AUTO_PAD, conv),
  ConvTranspose: all(AUTO_PAD, convTranspose),
  MaxPool: all(AUTO_PAD, pool, zeroOrOne('storage_order'), zeroOrOne('ceil_mode')),
  AveragePool: all(AUTO_PAD, pool, zeroOrOne('ceil_mode')),
  LpPool: all(
    AUTO_PAD,
    pool,
    numeric('p', 2, (n) => n >= 1, 'be above 0'),
  ),
  GlobalAveragePool: spatial,
  GlobalMaxPool: spatial,
  GlobalLpPool: all(
    spatial,
    numeric('p', 2, (n) => n >= 1, 'be above 0'),
  ),
};
