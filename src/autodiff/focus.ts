// Computes a window of a value from windows of its inputs. A neuron of a convolutional layer sees only a part of the image. To
// maximize it, neither the rest of the feature maps nor gradients that are zero there need to be computed.
import { ShapeError } from '../core/errors.js';
import { formatShape } from '../core/shape.js';
import type { Node, Tape, Value } from '../graph/tape.js';
import { contains, intersection, isEmpty, type Region, union } from '../graph/windows.js';
import { op as slice } from '../kernels/slice/index.js';

export interface FocusOptions {
  /**
   * If a window covers at least this share of a map, the whole map is used. Default 1: a window is always cheaper than the
   * whole. If the whole net runs forward anyway, a window costs a second forward pass of that part and saves the backward pass
   * of the rest, so it pays off below one half.
   */
  readonly wholeFrom?: number;
}

/**
 * Returns `region` of `value` `[N, C, H, W]` as a value of that size, and appends to `tape` what is missing. If all of a map is
 * needed, the map itself is used, so nothing is computed twice.
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
  /** `region` of a map, of which only a part may exist. */
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
        // A sliding window can skip what it does not need, so no crop is necessary.
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

/** The smallest region of every ancestor of `value` that its `region` needs. The search stops at maps that are needed whole. */
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
      // A window that is entirely in the padding is rare, so it gets no rule of its own.
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
