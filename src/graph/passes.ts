// Compiler passes over a finished tape: dead code elimination, specialization for the device, common subexpression elimination,
// and fusion of elementwise epilogues. Pure functions of the tape and the device's traits.
import { keyOf } from '../core/key.js';
import type { DeviceTraits } from '../gpu/context.js';
import { createTape, eraseOp, type Node, type Op, type Place, type Tape, type Value } from './tape.js';

/** A tape reduced to the ancestors of its roots, in order, for one device. */
export interface Program {
  readonly tape: Tape;
  /** The current value for each value of the original tape. Values that were fused away are absent. */
  readonly renamed: ReadonlyMap<number, Value>;
  /** Values that depend only on constants. */
  readonly constants: ReadonlySet<number>;
  /** Values that are written into channels of a larger map. The map's own op does not copy them. */
  readonly places: ReadonlyMap<number, Place>;
}

/**
 * Rewrites `tape` so that it computes only `roots`. With `fold` false, no op takes over another op's work: each computes its
 * own output from its inputs as on the tape.
 */
export function optimize(tape: Tape, roots: readonly Value[], device: DeviceTraits, fold = true): Program {
  const special = specialize(tape, roots, device, fold);
  const specialRoots = roots.map((v) => expectValue(special.renamed, v));
  const fused = fuse(special.tape, specialRoots, fold);
  const renamed = new Map<number, Value>();
  for (const [id, value] of special.renamed) {
    const now = fused.renamed.get(value.id);
    if (now) renamed.set(id, now);
  }
  const finalRoots = specialRoots.map((v) => expectValue(fused.renamed, v));
  return {
    tape: fused.tape,
    renamed,
    constants: constantValues(fused.tape),
    places: fold ? placeBranches(fused.tape, finalRoots) : new Map(),
  };
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

/** The number of inputs and roots that use each value. */
function countUses(nodes: readonly Node[], roots: readonly Value[]): Map<number, number> {
  const uses = new Map<number, number>();
  const use = (v: Value) => uses.set(v.id, (uses.get(v.id) ?? 0) + 1);
  for (const node of nodes) Object.values(node.inputs).forEach(use);
  roots.forEach(use);
  return uses;
}

interface Rewritten {
  readonly tape: Tape;
  readonly renamed: ReadonlyMap<number, Value>;
}

/**
 * Lets every op replace itself by ops that suit the device. The new ops may do so again. Equal expressions are computed once.
 */
function specialize(tape: Tape, roots: readonly Value[], device: DeviceTraits, fold: boolean): Rewritten {
  const nodes = liveNodes(tape, roots);
  const uses = countUses(nodes, roots);
  const out = createTape(tape);
  const unique = withoutRepeats(out);
  const renamed = new Map<number, Value>(tape.leaves.map((l) => [l.value.id, l.value]));
  const constants = new Set<number>();
  const makers = new Map<number, Node>();
  const readers = new Map<number, Node[]>();
  const read = new Map<number, number>();
  const origins = new Map<number, Node & { readonly uses: number }>();
  let leaves = 0;
  let seen = 0;
  const note = () => {
    for (; leaves < out.leaves.length; leaves++) {
      if (out.leaves[leaves].isConstant) constants.add(out.leaves[leaves].value.id);
    }
    for (; seen < out.nodes.length; seen++) {
      const made = out.nodes[seen];
      makers.set(made.output.id, made);
      if (isConstantNode(made, constants)) constants.add(made.output.id);
      for (const v of new Set(Object.values(made.inputs))) readers.set(v.id, [...(readers.get(v.id) ?? []), made]);
    }
  };
  const apply = (op: Op, inputs: Readonly<Record<string, Value>>, attrs: unknown): Value => {
    note();
    const better = op.specialize?.(special, {
      inputs,
      attrs,
      device,
      isConstant: (v) => constants.has(v.id),
      // Without folding, an op does not see its neighbours, so it cannot take over their work.
      producer: (v) => (fold ? makers.get(v.id) : undefined),
      users: (v) => (fold ? (readers.get(v.id) ?? []) : []),
      origin: (v) => (fold ? origins.get(v.id) : undefined),
    });
    const value = better ?? unique.apply(op, inputs, attrs);
    note();
    // If the new op was specialized again, its own origin is more useful: a batch normalization is a convolution by now.
    if (!origins.get(value.id)?.op.specialize) origins.set(value.id, { op, attrs, inputs, output: value, uses: 1 });
    return value;
  };
  const special: Tape = {
    ...unique,
    apply: (op, inputs, attrs) => (op.expand ? op.expand(special, inputs, attrs) : apply(eraseOp(op), inputs, attrs)),
  };
  for (const { op, attrs, inputs, output } of nodes) {
    const value = apply(
      op,
      mapValues(inputs, (v) => expectValue(renamed, v)),
      attrs,
    );
    renamed.set(output.id, value);
    const origin = origins.get(value.id);
    // Equal nodes have become one value, which has the readers of all of them.
    const all = (read.get(value.id) ?? 0) + (uses.get(output.id) ?? 0);
    read.set(value.id, all);
    if (origin) origins.set(value.id, { ...origin, uses: all });
  }
  return { tape: out, renamed };
}

/**
 * Moves elementwise work into the producer, if no other op reads the producer's value. Without `fold`, only removes dead code.
 */
function fuse(tape: Tape, roots: readonly Value[], fold: boolean): Rewritten {
  const nodes = liveNodes(tape, roots);
  const uses = countUses(nodes, roots);
  const consumer = new Map<number, Node>();
  for (const node of nodes) for (const v of Object.values(node.inputs)) consumer.set(v.id, node);

  const out = createTape(tape);
  const renamed = new Map<number, Value>(tape.leaves.map((l) => [l.value.id, l.value]));
  const done = new Set<Node>();
  for (const node of nodes) {
    if (done.has(node)) continue;
    const inputs: Record<string, Value> = mapValues(node.inputs, (v) => expectValue(renamed, v));
    let { attrs } = node;
    let target = node.output;
    for (;;) {
      const next = fold && uses.get(target.id) === 1 ? consumer.get(target.id) : undefined;
      const absorbed = next && absorb(node.op, attrs, target, next, renamed);
      if (!absorbed) break;
      attrs = absorbed.attrs;
      Object.assign(inputs, absorbed.inputs);
      target = next.output;
      done.add(next);
    }
    renamed.set(target.id, out.apply(node.op, inputs, attrs));
  }
  return { tape: out, renamed };
}

/** The op with `next`'s work added; undefined if it cannot do that, or if `next` needs a value that does not exist yet. */
function absorb(op: Op, attrs: unknown, output: Value, next: Node, renamed: ReadonlyMap<number, Value>) {
  const through = Object.keys(next.inputs).find((name) => next.inputs[name].id === output.id);
  const epilogue = through === undefined ? undefined : next.op.asEpilogue?.(next.attrs, through);
  if (!epilogue) return undefined;
  const fusedAttrs = op.fuse?.(attrs, epilogue);
  if (fusedAttrs === undefined) return undefined;
  if (epilogue.kind === 'relu') return { attrs: fusedAttrs, inputs: {} };
  const other = renamed.get(next.inputs[epilogue.with].id);
  if (!other) return undefined;
  return { attrs: fusedAttrs, inputs: { [epilogue.kind === 'add' ? 'addend' : 'gate']: other } };
}

/** Branches that only one channel concatenation reads. They can be written directly into its output. */
function placeBranches(tape: Tape, roots: readonly Value[]): Map<number, Place> {
  const uses = countUses(tape.nodes, roots);
  const placeable = new Set(tape.nodes.filter((n) => n.op.placeable?.(n.attrs)).map((n) => n.output.id));
  const places = new Map<number, Place>();
  for (const { op, attrs, inputs, output } of tape.nodes) {
    if (!op.joinsChannels?.(attrs) || output.shape.length !== 4) continue;
    let start = 0;
    for (const branch of Object.values(inputs)) {
      if (placeable.has(branch.id) && uses.get(branch.id) === 1) places.set(branch.id, { into: output, start });
      start += branch.shape[1];
    }
  }
  return places;
}

function constantValues(tape: Tape): Set<number> {
  const constants = new Set(tape.leaves.filter((l) => l.isConstant).map((l) => l.value.id));
  for (const node of tape.nodes) if (isConstantNode(node, constants)) constants.add(node.output.id);
  return constants;
}

function isConstantNode({ inputs, attrs }: Node, constants: ReadonlySet<number>): boolean {
  const operands = Object.values(inputs);
  return operands.length > 0 && operands.every((v) => constants.has(v.id)) && !usesParams(attrs);
}

/** True if an attribute is a Param, which may change between runs. */
function usesParams(attrs: unknown): boolean {
  return (
    typeof attrs === 'object' &&
    attrs !== null &&
    Object.values(attrs).some((v) => typeof v === 'object' && v !== null && 'initial' in v && 'type' in v)
  );
}

/** A tape whose `apply` returns the existing value for an op with the same inputs and attributes. */
function withoutRepeats(tape: Tape): Tape {
  const made = new Map<Op, Map<string, Value>>();
  return {
    ...tape,
    apply(op, inputs, attrs) {
      const erased = eraseOp(op);
      const key = keyOf([Object.entries(inputs).map(([name, v]) => [name, idOf(v)]), attrs]);
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

function mapValues<T, U>(record: Readonly<Record<string, T>>, f: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, f(value)]));
}

function expectValue(renamed: ReadonlyMap<number, Value>, v: Value): Value {
  const value = renamed.get(v.id);
  if (!value) throw new Error(`internal: '${v.label}' is used before it is made`);
  return value;
}
