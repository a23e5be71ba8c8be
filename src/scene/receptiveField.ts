// Receptive fields: the part of the image that a unit sees, from each op's own window rule.
import { ShapeError } from '../core/errors.js';
import { formatShape } from '../core/shape.js';
import type { Model } from '../graph/model.js';
import type { Node, Value } from '../graph/tape.js';
import { contains, intersection, isEmpty, type Region, union } from '../graph/windows.js';
import { imageShape } from './input.js';
import { openNet } from './openNet.js';

/** In pixels of the net's input, the last row and column excluded; negative ones and ones beyond the image are padding. */
export interface ReceptiveField extends Region {
  /**
   * The pixels that can change the unit, as the smallest rectangle that holds them. It is less than the field's part inside
   * the image where a layer leaves out the last rows of its map, which padding behind it would have reached.
   */
  readonly seen: Region;
}

/** The unit at row `y`, column `x` of a layer's map. */
export type FieldOf = (y: number, x: number) => ReceptiveField;

/** A part of a map; `whole` where something on the way looked at its map as a whole. */
interface Reach {
  readonly region: Region;
  readonly whole: boolean;
}

/**
 * The receptive fields of a layer's units. All units of a layer of sliding windows have one size; what looks at a map as a
 * whole (fully connected layers, global pooling) sees the whole image.
 *
 * @throws UnknownNameError, ShapeError
 */
export function receptiveFields(model: Model, layer: string): FieldOf {
  const [, H, W] = imageShape(model);
  const { tape, image, at } = openNet(model, { open: true });
  const value = at.final(layer);
  const { nodes } = tape;
  const all: Region = { top: 0, left: 0, bottom: H, right: W };
  const [, , rows = 1, columns = 1] = value.shape;
  return (y, x) => {
    if (!(y >= 0 && y < rows && x >= 0 && x < columns)) {
      throw new ShapeError('receptiveField', `position ${y},${x} is outside '${layer}' ${formatShape(value.shape)}`);
    }
    const start: Reach =
      value.shape.length === 4
        ? { region: { top: y, left: x, bottom: y + 1, right: x + 1 }, whole: false }
        : { region: wholeOf(value), whole: true };
    const field = walk(nodes, value, start, image, false);
    const seen = walk(nodes, value, start, image, true);
    return { ...(!field || field.whole ? all : field.region), seen: seen?.region ?? NOTHING };
  };
}

/** What the unit at `y`, `x` of `layer` sees. Ask `receptiveFields` for many of one layer. @throws UnknownNameError, ShapeError */
export function receptiveField(model: Model, layer: string, y: number, x: number): ReceptiveField {
  return receptiveFields(model, layer)(y, x);
}

const NOTHING: Region = { top: 0, left: 0, bottom: 0, right: 0 };

/** What `start` of `value` needs of the image; with `clip` each map's padding is left out on the way. */
function walk(nodes: readonly Node[], value: Value, start: Reach, image: Value, clip: boolean): Reach | undefined {
  const reached = new Map<number, Reach>([[value.id, start]]);
  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i];
    const wanted = reached.get(node.output.id);
    if (!wanted) continue;
    for (const [name, input] of Object.entries(node.inputs)) {
      const found = needed(node, name, wanted);
      const inside = clip ? { ...found, region: intersection(found.region, wholeOf(input)) } : found;
      if (isEmpty(inside.region)) continue;
      const known = reached.get(input.id);
      reached.set(
        input.id,
        known ? { region: union(known.region, inside.region), whole: known.whole || inside.whole } : inside,
      );
    }
  }
  return reached.get(image.id);
}

/** What `wanted` of a node's output needs of one of its inputs. */
function needed(node: Node, name: string, wanted: Reach): Reach {
  const { op, attrs, inputs, output } = node;
  const input = inputs[name];
  const { window } = op;
  const all: Reach = { region: wholeOf(input), whole: true };
  const isMap = window && (window.of === 'all' || window.of.includes(name));
  if (!isMap || input.shape.length !== 4 || output.shape.length !== 4) return all;
  const possible = window.possible?.(attrs) ?? true;
  if (!possible && !window.needs) return all;
  const region = window.needs?.(attrs, wanted.region, inputs) ?? wanted.region;
  // Global pooling, or one whose window is as large as its map.
  if (!possible && contains(region, wholeOf(input))) return { ...all, region };
  return { region: repeated(region, input, output), whole: wanted.whole };
}

/** A value of one row or column that becomes several is repeated: any of them needs it. */
function repeated(region: Region, input: Value, output: Value): Region {
  const [, , H, W] = input.shape;
  const [, , P, Q] = output.shape;
  return {
    ...region,
    ...(H === 1 && P > 1 && { top: 0, bottom: 1 }),
    ...(W === 1 && Q > 1 && { left: 0, right: 1 }),
  };
}

const wholeOf = ({ shape: [, , bottom = 1, right = 1] }: Value): Region => ({ top: 0, left: 0, bottom, right });
