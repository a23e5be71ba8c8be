// What in an input made a live net's unit respond, with each frame: a method of attribution that goes back once, on the tape of the net
// that is looked at. The unit is a uniform, as it is for back-projection. The map comes ready to be drawn; nothing of it is read back.
import { methodNamed } from '../attribute/methodNamed.js';
import { OptionError } from '../core/errors.js';
import { UNCLIPPED } from '../core/heat.js';
import { formatShape, sizeBetween, sizeOf } from '../core/shape.js';
import type { Scalar, Tape, Value } from '../graph/tape.js';
import { binary } from '../kernels/binary/index.js';
import { op as maxPool } from '../kernels/maxPool/index.js';
import { op as percentile } from '../kernels/percentile/index.js';
import { pointwise } from '../kernels/pointwise/index.js';
import { type Kind, op as reduction } from '../kernels/reduction/index.js';
import { op as reshape } from '../kernels/reshape/index.js';
import { op as select } from '../kernels/select/index.js';
import type { Attribution, Objective } from '../parts/kinds.js';
import { type AnyPart, isMade, type Made, type PartSpec } from '../parts/part.js';
import { unitsOf } from '../scene/channelAxis.js';
import type { UnitAddress } from '../scene/unit.js';
import type { LiveTarget } from './liveTarget.js';

/**
 * The `map` of a live target, by a method that goes back once. What is explained is the unit's greatest activation, wherever it is. The map
 * is `[1, 1, h, w]`: from 0 to 1 of `size` maps, from −1 to 1 of `signed` ones, as `attributionPicture` colours them.
 *
 * @throws OptionError, UnknownNameError; the target itself is refused when it is set, by the method's own errors
 */
export async function liveMap(
  method: string | PartSpec | Made<'attribution method'>,
  parts: readonly AnyPart[] = [],
): Promise<NonNullable<LiveTarget['map']>> {
  const spec = typeof method === 'string' ? { name: method } : method;
  const made = isMade(spec) ? (spec as Made<'attribution method'>) : await methodNamed(spec, parts);
  const { map, label } = made;
  if (!map) {
    const rule = `'${label}' asks about many variants of a picture, which is too much for each frame; explain(…) asks it of one picture`;
    throw new OptionError('method', rule);
  }
  return (scene, layer, channel) => {
    const { map: whole, ...said } = map(scene, greatestOf(scene.tape, layer, channel));
    return { ...said, map: drawable(scene.tape, whole, said.drawn) };
  };
}

/** What a live map explains, as an objective for `explain`: the greatest activation of a channel at the named layer, wherever it is. */
export const greatestActivation = ({ layer, channel }: Omit<UnitAddress, 'at'>): Pick<Objective, 'build'> => ({
  build: ({ tape, image, at }) => greatestOf(tape, unitsOf(tape, image, layer, at(layer)), channel),
});

/**
 * The greatest activation of a channel of `layer` `[N, C, …]`: `[N]`. By pooling, columns first, because pooling hands relevance and
 * gradients to one place: of equal ones to the first.
 */
function greatestOf(tape: Tape, layer: Value, channel: Scalar): Value {
  const [N, C, ...places] = layer.shape;
  const [H, W] = places.length === 2 ? places : [1, sizeBetween(layer.shape, 2)];
  const window = { stride: [1, 1], pad: [0, 0, 0, 0], rounding: 'floor', global: false } as const;
  let maps = places.length === 2 ? layer : tape.apply(reshape, { x: layer }, { shape: [N, C, H, W] });
  if (W > 1) maps = tape.apply(maxPool, { x: maps }, { ...window, kernel: [1, W] });
  if (H > 1) maps = tape.apply(maxPool, { x: maps }, { ...window, kernel: [H, 1] });
  return tape.apply(select, { x: maps }, { index: channel });
}

/** A map as it is coloured: one number for each place, relative to the greatest ones. */
function drawable(tape: Tape, map: Value, drawn: Attribution['drawn']): Value {
  const [N] = map.shape;
  const [h, w] = map.shape.slice(-2);
  if (h * w === 1) {
    throw new OptionError(
      'method',
      `its map ${formatShape(map.shape)} has one place, which is no picture; name another`,
    );
  }
  const along = (x: Value, kind: Kind, axes: readonly number[]) =>
    tape.apply(reduction, { x }, { kind, axes, keep: true });
  const all = tape.apply(reshape, { x: map }, { shape: [N, sizeOf(map.shape) / (N * h * w), h * w] });
  const flat = drawn === 'signed' ? along(all, 'sum', [1]) : along(pointwise(tape, all, 'abs'), 'max', [1]);
  const size = drawn === 'signed' ? pointwise(tape, flat, 'abs') : flat;
  const rank = Math.floor(UNCLIPPED * (h * w - 1));
  const rows = tape.apply(reshape, { x: size }, { shape: [N, h * w] });
  const ranked = tape.apply(percentile, { x: rows }, { rank, fraction: 0, active: 1 });
  const unclipped = tape.apply(reshape, { x: tape.apply(select, { x: ranked }, { index: 0 }) }, { shape: [N, 1, 1] });
  // Where nearly all places are zero, the few others decide.
  const few = binary(tape, 'mul', pointwise(tape, unclipped, 'not'), along(size, 'max', [2]));
  const least = drawn === 'signed' ? undefined : along(size, 'min', [2]);
  const reach = binary(tape, 'add', unclipped, few);
  const range = least ? binary(tape, 'sub', reach, least) : reach;
  const safe = binary(tape, 'add', range, pointwise(tape, range, 'not'));
  const share = binary(tape, 'div', least ? binary(tape, 'sub', flat, least) : flat, safe);
  const clipped = pointwise(tape, share, 'clip', { a: drawn === 'signed' ? -1 : 0, b: 1 });
  return tape.apply(reshape, { x: clipped }, { shape: [N, 1, h, w] });
}
