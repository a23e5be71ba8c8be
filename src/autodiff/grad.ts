// Reverse-mode automatic differentiation as a program transform: walks the tape backwards and appends the backward pass.
import { ShapeError } from '../core/errors.js';
import { formatShape, type Named, sameShape } from '../core/shape.js';
import type { Op, Tape, Value, Vjp } from '../graph/tape.js';
import { op as add } from '../kernels/add/index.js';

/** What `grad` may be told beyond the values. */
export interface GradOptions {
  /** ∂loss/∂loss, of the loss's shape. */
  readonly seed: Value;
  /** Alternative vjps by op: guided backpropagation, deconvnet (see rules.ts). */
  readonly rules?: ReadonlyMap<Op, Vjp>;
}

/**
 * Cotangents of `wrt` for `Σ seed · loss`, appended to `tape`.
 *
 * Visits only nodes on a path from `wrt` to `loss`. If a value is used more than once, its cotangents are added in a fixed
 * order, so two runs on one adapter give the same bits.
 *
 * @throws ShapeError if an op on the path has no gradient, or returns a cotangent of the wrong shape
 */
export function grad(tape: Tape, loss: Value, wrt: readonly Value[], options: GradOptions): Value[] {
  const { seed, rules } = options;
  if (!sameShape(seed.shape, loss.shape)) {
    throw new ShapeError('grad', `seed is ${formatShape(seed.shape)}, loss is ${formatShape(loss.shape)}`);
  }
  const nodes = [...tape.nodes];
  // Values on a path from `wrt`. The node that computes a value of `wrt` is not on such a path.
  const active = new Set(wrt.map((v) => v.id));
  const reached = (inputs: Readonly<Record<string, Value>>) => Object.values(inputs).some((v) => active.has(v.id));
  for (const node of nodes) if (reached(node.inputs)) active.add(node.output.id);

  const cotangents = new Map<number, Value>([[loss.id, seed]]);
  for (const { op, attrs, inputs, output } of nodes.reverse()) {
    const cotangent = cotangents.get(output.id);
    if (!cotangent || !reached(inputs)) continue;
    const vjp = rules?.get(op) ?? op.vjp;
    if (!vjp) throw new ShapeError('grad', `op '${op.name}' has no gradient`);
    const needs: Named<string, boolean> = Object.fromEntries(
      Object.entries(inputs).map(([name, v]) => [name, active.has(v.id)]),
    );
    const parts = vjp.call(op, tape, { inputs, output, cotangent, attrs, needs });
    for (const [name, input] of Object.entries(inputs)) {
      const part = parts[name];
      if (!needs[name] || !part) continue;
      if (!sameShape(part.shape, input.shape)) {
        throw new ShapeError(
          `grad of ${op.name}`,
          `cotangent of ${name} is ${formatShape(part.shape)}, ${name} is ${formatShape(input.shape)}`,
        );
      }
      const sum = cotangents.get(input.id);
      cotangents.set(input.id, sum ? tape.apply(add, { a: sum, b: part }, {}) : part);
    }
  }

  return wrt.map((v) => {
    const cotangent = cotangents.get(v.id);
    if (!cotangent) throw new ShapeError('grad', `'${v.label}' does not influence the loss`);
    return cotangent;
  });
}
