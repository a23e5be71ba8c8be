// A window of a value, computed from windows of what it depends on. One unit of a convolutional layer sees a part of the
// image; ascending it needs neither the rest of the maps on the way nor, going back, gradients that are zero there.
import { ShapeError } from '../core/errors.js';
import { formatShape } from '../core/shape.js';
import type { Node, Tape, Value } from '../graph/tape.js';
import { contains, intersection, isEmpty, type Region, union } from '../graph/windows.js';
import { op as slice } from '../kernels/slice/index.js';

export interface FocusOptions {
  /**
   * Share of a map from which on all of it is used. Default 1: a part is always cheaper than the whole. Where the whole
   * net runs forward anyway, a part costs a second forward pass of it and saves the backward pass of the rest, so that it
   * pays below one half.
   */
  readonly wholeFrom?: number;
}

/**
 * `region` of `value` `[N, C, H, W]`, as a value of that size. Appends what is missing to `tape`; where all of a map is
 * needed the map itself is used, so that nothing is computed twice.
 *
 * @throws ShapeError for a region outside the map
 */
export function focus(tape: Tape, value: Value, region: Region, options: FocusOptions = {}): Value {
  if (value.shape.length !== 4 || !contains(whole(value), region) || isEmpty(region)) {
    throw new ShapeError('focus', `region ${JSON.stringify(region)} is outside ${formatShape(value.shape)}`);
  }
  const makers = new Map<number, Node>(tape.nodes.map((node) => [node.output.id, node]));
  const required = requirements(tape.nodes, value, region, options.wholeFrom ?? 1);

  const made = new Map<number, { readonly value: Value; readonly region: Region }>();
  /** `region` of a map that may be there in part. */
  const get = (v: Value, wanted: Region): Value => {
    const { value: there, region: given } = made.get(v.id) ?? { value: v, region: whole(v) };
    return cut(tape, there, given, wanted);
  };
  for (const node of [...tape.nodes]) {
    const wanted = required.get(node.output.id);
    const { window } = node.op;
    if (!wanted || !window || same(wanted, whole(node.output)) || !makers.has(node.output.id)) continue;
    const needed = window.needs?.(node.attrs, wanted, node.inputs) ?? wanted;
    const inputs = { ...node.inputs };
    let { attrs } = node;
    for (const name of mapsOf(node)) {
      const v = node.inputs[name];
      const given = made.get(v.id);
      if (window.attrs) {
        // A sliding window can skip what it does not need: no cut.
        inputs[name] = given?.value ?? v;
        attrs = window.attrs(node.attrs, needed, given?.region ?? whole(v));
      } else {
        inputs[name] = get(v, wanted);
      }
    }
    made.set(node.output.id, { value: tape.apply(node.op, inputs, attrs), region: wanted });
  }
  return get(value, region);
}

/** The least region of every ancestor of `value` that its `region` needs. Maps that are needed whole end the search. */
function requirements(nodes: readonly Node[], value: Value, region: Region, wholeFrom: number): Map<number, Region> {
  const required = new Map<number, Region>([[value.id, region]]);
  for (const node of [...nodes].reverse()) {
    const wanted = required.get(node.output.id);
    if (!wanted || same(wanted, whole(node.output))) continue;
    const { window } = node.op;
    const small = node.output.id === value.id || area(wanted) < wholeFrom * area(whole(node.output));
    if (!small || !window || node.output.shape.length !== 4 || window.possible?.(node.attrs) === false) {
      required.set(node.output.id, whole(node.output));
      continue;
    }
    const needed = window.needs?.(node.attrs, wanted, node.inputs) ?? wanted;
    for (const name of mapsOf(node)) {
      const map = node.inputs[name];
      const inside = intersection(needed, whole(map));
      // A window that lies in the padding alone: rare, and not worth a rule of its own.
      const least = isEmpty(inside) ? whole(map) : inside;
      const known = required.get(map.id);
      required.set(map.id, known ? union(known, least) : least);
    }
  }
  return required;
}

const mapsOf = ({ op, inputs }: Node): readonly string[] =>
  op.window?.of === 'all' ? Object.keys(inputs) : (op.window?.of ?? []);

function cut(tape: Tape, value: Value, given: Region, wanted: Region): Value {
  let result = value;
  if (wanted.top !== given.top || wanted.bottom !== given.bottom) {
    const range = { axis: 2, start: wanted.top - given.top, end: wanted.bottom - given.top };
    result = tape.apply(slice, { x: result }, range);
  }
  if (wanted.left !== given.left || wanted.right !== given.right) {
    const range = { axis: 3, start: wanted.left - given.left, end: wanted.right - given.left };
    result = tape.apply(slice, { x: result }, range);
  }
  return result;
}

const whole = ({ shape: [, , bottom = 1, right = 1] }: Value): Region => ({ top: 0, left: 0, bottom, right });
const same = (a: Region, b: Region): boolean =>
  a.top === b.top && a.left === b.left && a.bottom === b.bottom && a.right === b.right;
const area = (a: Region): number => (a.bottom - a.top) * (a.right - a.left);
