// Passes over a finished tape, before it becomes a plan: dead code out, ops specialized for the device, equal
// expressions computed once, pointwise epilogues fused into their producers. Pure functions of the tape and the device's traits.
import type { DeviceTraits } from '../gpu/context.js';
import { createTape, eraseOp, type Node, type Op, type Tape, type Value } from './tape.js';

/** A tape reduced to what its roots need, in order, for one device. */
export interface Program {
  readonly tape: Tape;
  /** Where each value of the original tape is now; values that were fused away are absent. */
  readonly renamed: ReadonlyMap<number, Value>;
  /** Values that depend on constants alone. */
  readonly constants: ReadonlySet<number>;
}

/** Rewrites `tape` so that it computes `roots` and nothing else. */
export function optimize(tape: Tape, roots: readonly Value[], device: DeviceTraits): Program {
  const nodes = liveNodes(tape, roots);
  const uses = new Map<number, number>();
  const use = (v: Value) => uses.set(v.id, (uses.get(v.id) ?? 0) + 1);
  for (const node of nodes) Object.values(node.inputs).forEach(use);
  roots.forEach(use);
  const consumer = new Map<number, Node>();
  for (const node of nodes) for (const v of Object.values(node.inputs)) consumer.set(v.id, node);

  const out = withoutRepeats(createTape(tape));
  const renamed = new Map<number, Value>(tape.leaves.map((l) => [l.value.id, l.value]));
  const fusedAway = new Set<Node>();
  const constants = new Set(tape.leaves.filter((l) => l.data).map((l) => l.value.id));
  let classified = 0;
  for (const node of nodes) {
    if (fusedAway.has(node)) continue;
    let { op, attrs } = node;
    let target = node.output;
    const next = uses.get(node.output.id) === 1 ? consumer.get(node.output.id) : undefined;
    const epilogue = next?.op.asEpilogue?.(next.attrs);
    const fusedAttrs = epilogue && op.fuse?.(attrs, epilogue);
    if (next && fusedAttrs !== undefined) {
      attrs = fusedAttrs;
      target = next.output;
      fusedAway.add(next);
    }
    const inputs = Object.fromEntries(
      Object.entries(node.inputs).map(([name, v]) => {
        const value = renamed.get(v.id);
        if (!value) throw new Error(`internal: '${v.label}' is used before it is made`);
        return [name, value];
      }),
    );
    const special = op.specialize?.(out, { inputs, attrs, device, isConstant: (v) => constants.has(v.id) });
    renamed.set(target.id, special ?? out.apply(op, inputs, attrs));
    for (; classified < out.nodes.length; classified++) {
      const made = out.nodes[classified];
      const operands = Object.values(made.inputs);
      if (operands.length > 0 && operands.every((v) => constants.has(v.id)) && !usesParams(made.attrs)) {
        constants.add(made.output.id);
      }
    }
  }
  return { tape: out, renamed, constants };
}

/** Nodes that `roots` depend on, in tape order. */
function liveNodes(tape: Tape, roots: readonly Value[]): Node[] {
  const needed = new Set(roots.map((v) => v.id));
  const live: Node[] = [];
  for (const node of [...tape.nodes].reverse()) {
    if (!needed.has(node.output.id)) continue;
    live.push(node);
    for (const v of Object.values(node.inputs)) needed.add(v.id);
  }
  return live.reverse();
}

/** True when an attribute is a Param, which may change between runs. */
function usesParams(attrs: unknown): boolean {
  return (
    typeof attrs === 'object' &&
    attrs !== null &&
    Object.values(attrs).some((v) => typeof v === 'object' && v !== null && 'initial' in v && 'type' in v)
  );
}

/** The tape, but for `apply`, which gives an op on inputs and attributes that it has seen the value it gave before. */
function withoutRepeats(tape: Tape): Tape {
  const made = new Map<Op, Map<string, Value>>();
  return {
    ...tape,
    apply(op, inputs, attrs) {
      const erased = eraseOp(op);
      const key = JSON.stringify([Object.entries(inputs).map(([name, v]) => [name, idOf(v)]), attrs]);
      const known = made.get(erased) ?? new Map<string, Value>();
      made.set(erased, known);
      const value = known.get(key) ?? tape.apply(op, inputs, attrs);
      known.set(key, value);
      return value;
    },
  };
}

const idOf = (v: unknown): number =>
  typeof v === 'object' && v !== null && 'id' in v && typeof v.id === 'number' ? v.id : -1;
