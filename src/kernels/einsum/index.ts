// Einstein summation, made of diagonals, sums, transposes and matrix products of two operands at a time.
import { ShapeError } from '../../core/errors.js';
import { type Named, sizeOf } from '../../core/shape.js';
import { defineMacro, type Tape, type Value } from '../../graph/tape.js';
import { op as matMul } from '../matMul/index.js';
import { op as reduction } from '../reduction/index.js';
import { resample } from '../resample/index.js';
import { take } from '../resample/tables.js';
import { op as reshape } from '../reshape/index.js';
import { op as transpose } from '../transpose/index.js';
import { parseEquation } from './equation.js';

export interface Attrs {
  /** `bij,bjk->bik`. Ellipses, repeated letters and a missing arrow have the same meaning as in NumPy. */
  readonly equation: string;
}

/** A macro has no kernels of its own. */
export const kernels = [];

/** A value with labelled axes. */
interface Labelled {
  readonly value: Value;
  readonly labels: readonly string[];
}

const inputNames: readonly string[] = [];

/** `Σ x0 · x1 · …` over the labels that are missing in the result. */
export const op = defineMacro({
  name: 'einsum',
  inputs: inputNames,
  expand(tape, inputs: Named<string, Value>, { equation }: Attrs): Value {
    const values = Object.values(inputs);
    if (values.length === 0) throw new ShapeError('einsum', 'it needs at least one input');
    const { terms, result } = parseEquation(
      equation,
      values.map((v) => v.shape),
    );
    const sizes = sizesOf(equation, terms, values);
    const operands = values.map((value, i) => {
      const once = diagonals(tape, { value, labels: terms[i] });
      // An axis of length 1 is repeated if another operand has a longer one.
      return without(tape, once, (l, size) => size === 1 && sizes.get(l) !== 1);
    });
    let product = operands[0];
    operands.forEach((operand, i) => {
      const later = new Set([...result, ...operands.slice(i + 1).flatMap((o) => o.labels)]);
      if (i > 0) product = times(tape, product, operand, later);
      product = summed(tape, product, (l) => !later.has(l));
    });
    const y = inOrder(tape, product, result);
    return y === values[0] ? tape.apply(reshape, { x: y }, { shape: y.shape }) : y;
  },
});

/** The length of each labelled axis. */
function sizesOf(
  equation: string,
  terms: readonly (readonly string[])[],
  values: readonly Value[],
): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  terms.forEach((labels, i) => {
    labels.forEach((label, axis) => {
      const [old = 1, size] = [sizes.get(label), values[i].shape[axis]];
      if (old !== 1 && size !== 1 && old !== size) {
        throw new ShapeError('einsum', `'${equation}' gives axis '${label}' the sizes ${old} and ${size}`);
      }
      sizes.set(label, Math.max(old, size));
    });
  });
  return sizes;
}

/** Replaces axes with the same label by their diagonal. */
function diagonals(tape: Tape, { value, labels }: Labelled): Labelled {
  const second = labels.findIndex((l, i) => labels.indexOf(l) < i);
  if (second < 0) return { value, labels };
  const first = labels.indexOf(labels[second]);
  const d = value.shape[first];
  if (value.shape[second] !== d) {
    throw new ShapeError(
      'einsum',
      `axis '${labels[second]}' of one input has the sizes ${d} and ${value.shape[second]}`,
    );
  }
  const rest = labels.map((_, i) => i).filter((i) => i !== first && i !== second);
  const turned = tape.apply(transpose, { x: value }, { order: [first, second, ...rest] });
  const shape = rest.map((i) => value.shape[i]);
  const flat = tape.apply(reshape, { x: turned }, { shape: [d * d, ...shape] });
  const line = resample(
    tape,
    flat,
    take(
      0,
      Array.from({ length: d }, (_, i) => i * (d + 1)),
    ),
  );
  return diagonals(tape, { value: line, labels: [labels[first], ...rest.map((i) => labels[i])] });
}

/** Removes axes of length 1. */
function without(tape: Tape, { value, labels }: Labelled, gone: (label: string, size: number) => boolean): Labelled {
  const kept = labels.map((_, i) => i).filter((i) => !gone(labels[i], value.shape[i]));
  if (kept.length === labels.length) return { value, labels };
  const shape = kept.map((i) => value.shape[i]);
  return { value: tape.apply(reshape, { x: value }, { shape }), labels: kept.map((i) => labels[i]) };
}

/** Sums over axes. */
function summed(tape: Tape, { value, labels }: Labelled, gone: (label: string) => boolean): Labelled {
  const axes = labels.map((_, i) => i).filter((i) => gone(labels[i]));
  if (axes.length === 0) return { value, labels };
  return {
    value: tape.apply(reduction, { x: value }, { kind: 'sum', axes, keep: false }),
    labels: labels.filter((l) => !gone(l)),
  };
}

function inOrder(tape: Tape, { value, labels }: Labelled, wanted: readonly string[]): Value {
  const order = wanted.map((l) => labels.indexOf(l));
  return order.every((axis, i) => axis === i) ? value : tape.apply(transpose, { x: value }, { order });
}

/** Multiplies two operands and sums over labels that both have and nobody needs later: one batched matrix product. */
function times(tape: Tape, left: Labelled, right: Labelled, later: ReadonlySet<string>): Labelled {
  const a = summed(tape, left, (l) => !right.labels.includes(l) && !later.has(l));
  const b = summed(tape, right, (l) => !left.labels.includes(l) && !later.has(l));
  const both = a.labels.filter((l) => b.labels.includes(l));
  const batch = both.filter((l) => later.has(l));
  const inner = both.filter((l) => !later.has(l));
  const rows = a.labels.filter((l) => !both.includes(l));
  const columns = b.labels.filter((l) => !both.includes(l));
  const sizes = (of: Labelled, labels: readonly string[]) => labels.map((l) => of.value.shape[of.labels.indexOf(l)]);
  const matrix = (of: Labelled, first: readonly string[], second: readonly string[]): Value => {
    const turned = inOrder(tape, of, [...batch, ...first, ...second]);
    const shape = [batch, first, second].map((labels) => sizeOf(sizes(of, labels)));
    return tape.apply(reshape, { x: turned }, { shape });
  };
  const product = tape.apply(matMul, { a: matrix(a, rows, inner), b: matrix(b, inner, columns) }, {});
  const shape = [...sizes(a, batch), ...sizes(a, rows), ...sizes(b, columns)];
  return { value: tape.apply(reshape, { x: product }, { shape }), labels: [...batch, ...rows, ...columns] };
}
