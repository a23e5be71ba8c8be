// A tape lowered for one device: which dispatches run once, which run every step, and how long each value must live.
import { LimitError, OptionError } from '../core/errors.js';
import { type Spec, sizeOf } from '../core/shape.js';
import type { DeviceTraits } from '../gpu/context.js';
import { type Choices, chosenVariant } from './choices.js';
import type { Lifetime } from './memory.js';
import { optimize } from './passes.js';
import type { Dispatch, Leaf, Tape, Value } from './tape.js';

/** The position, after all dispatches, to which kept values must live. */
export const END = Number.MAX_SAFE_INTEGER - 1;

/** A tape as dispatches: those that run once, when the plan is created, and those of every step. */
export interface Schedule {
  readonly once: readonly Dispatch[];
  readonly step: readonly Dispatch[];
  /** The leaves of the tape, and constants that ops added during specialization. */
  readonly leaves: readonly Leaf[];
  /** The value that a value of the original tape became in the passes. */
  now(value: Value): Value;
  /** The value whose memory this value uses: itself, unless it is a view. */
  root(id: number): number;
  /** True for a value computed once from constants. */
  isPrepared(id: number): boolean;
}

export function lowerTape(
  tape: Tape,
  keep: readonly Value[],
  device: DeviceTraits,
  choices: Choices,
  fold = true,
): Schedule {
  const logged = tape.leaves.flatMap((l) => (l.log ? [l.log.row] : []));
  const program = optimize(tape, [...keep, ...tape.assigns.map((a) => a.next), ...logged], device, fold);
  const viewed = new Map<number, number>();
  const root = (id: number): number => viewed.get(id) ?? id;
  const once: Dispatch[] = [];
  const step: Dispatch[] = [];
  let scratchId = program.tape.nextId();
  for (const node of program.tape.nodes) {
    const { op, attrs, inputs, output } = node;
    if (op.view) {
      viewed.set(output.id, root(inputs[op.view].id));
      continue;
    }
    const scratch = (spec: Spec): Value => ({ ...spec, id: scratchId++, label: `${op.name} scratch` });
    const place = program.places.get(output.id);
    const isPlaced = (v: Value) => program.places.get(v.id)?.into.id === output.id;
    const variant = chosenVariant(node, device, choices);
    const where = place ? { place } : {};
    const dispatches = op.lower({ inputs, output, attrs, device, variant, scratch, isPlaced, ...where });
    (program.constants.has(output.id) ? once : step).push(...dispatches);
  }
  return {
    once,
    step,
    leaves: program.tape.leaves,
    root,
    now(value) {
      const renamed = program.renamed.get(value.id);
      if (!renamed) throw new OptionError('compile', `'${value.label}' is not on this tape`);
      return renamed;
    },
    isPrepared: (id) => program.constants.has(id),
  };
}

const AXES = ['WGX', 'WGY', 'WGZ'] as const;

/** Workgroups of a dispatch along each axis, before the device's limit is applied. */
function wanted(d: Dispatch): [x: number, y: number, z: number] {
  // A kernel may leave its workgroup size to the device or to the shapes.
  const [wx, wy = 1, wz = 1] = d.kernel.workgroup.map((size, i) => d.constants[AXES[i]] ?? size);
  const [x, y, z] = d.threads;
  return [Math.ceil(x / wx), Math.ceil(y / wy), Math.ceil(z / wz)];
}

/** The dimension that a kernel takes in turns where it is too long: the last of its workgroup. */
const lastAxis = (d: Dispatch): number => d.kernel.workgroup.length - 1;

/** The constants of a dispatch's pipeline. A kernel that may take turns is told whether it has to, on a device that allows `most`. */
export const constantsOf = (d: Dispatch, most: number): Readonly<Record<string, number>> =>
  d.kernel.longGrid === 'turns' ? { ...d.constants, TURNS: wanted(d)[lastAxis(d)] > most ? 1 : 0 } : d.constants;

/** From threads to workgroups, of which a device allows `most` along each axis. @throws LimitError */
export function workgroups(d: Dispatch, most: number): [x: number, y: number, z: number] {
  const groups = wanted(d);
  const [x, y] = groups;
  if (d.kernel.longGrid === 'fold' && x > most && y === 1) {
    groups[1] = Math.ceil(x / most);
    groups[0] = Math.ceil(x / groups[1]);
  }
  if (d.kernel.longGrid === 'turns') groups[lastAxis(d)] = Math.min(groups[lastAxis(d)], most);
  const worst = Math.max(...groups);
  if (worst > most) {
    throw new LimitError(
      `kernel '${d.kernel.name}'`,
      'maxComputeWorkgroupsPerDimension',
      worst,
      most,
      'Use a smaller batch or image.',
    );
  }
  return groups;
}

/**
 * The first and last dispatch that touch each value that is not `fixed`, and the other values bound there. A `kept` value is
 * visible outside the plan: it lives to the END and starts at the start of its buffer.
 */
export function lifetimes(
  dispatches: readonly Dispatch[],
  root: (id: number) => number,
  kept: ReadonlySet<number>,
  fixed: (id: number) => boolean,
): Lifetime[] {
  const lives = new Map<number, { id: number; bytes: number; first: number; last: number; rivals: Set<number> }>();
  dispatches.forEach((d, i) => {
    const bound: { readonly id: number; readonly written: boolean }[] = [];
    for (const [name, value] of Object.entries(d.buffers)) {
      const id = root(value.id);
      if (fixed(id)) continue;
      bound.push({ id, written: d.kernel.buffers[name] !== 'read' });
      const life = lives.get(id) ?? { id, bytes: sizeOf(value.shape) * 4, first: i, last: i, rivals: new Set() };
      life.last = kept.has(id) ? END : i;
      lives.set(id, life);
    }
    for (const a of bound) {
      for (const b of bound) if (a.id !== b.id && (a.written || b.written)) lives.get(a.id)?.rivals.add(b.id);
    }
  });
  return [...lives.values()].map((life) => ({ ...life, atStart: kept.has(life.id) }));
}
