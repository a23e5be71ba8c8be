// What objectives about a layer's maps have in common.
import { OptionError } from '../core/errors.js';
import { formatShape } from '../core/shape.js';
import type { Tape, Value } from '../graph/tape.js';
import { op as reduction } from '../kernels/reduction/index.js';
import { op as slice } from '../kernels/slice/index.js';
import { unitsOf } from '../scene/channelAxis.js';
import type { Scene } from '../scene/openNet.js';

/** A layer with its channels behind the batch. */
export const mapsOf = ({ tape, image, at }: Scene, layer: string): Value => unitsOf(tape, image, layer, at(layer));

/** One channel of a layer, `[N, 1, …]`. @throws OptionError for a channel that the layer does not have */
export function channelOf(scene: Scene, layer: string, channel: number): Value {
  const maps = mapsOf(scene, layer);
  if (channel >= maps.shape[1]) {
    throw new OptionError(
      'channel.channel',
      `${channel} is outside layer '${layer}' ${formatShape(maps.shape)}, channels 0 to ${maps.shape[1] - 1}`,
    );
  }
  return scene.tape.apply(slice, { x: maps }, { axis: 1, start: channel, end: channel + 1 });
}

/** A place in a map, as the field `at` of a part has it. @throws OptionError */
export function placeIn(part: string, at: readonly number[]): readonly [y: number, x: number] {
  const [y, x] = at;
  if (at.some((v) => !Number.isInteger(v) || v < 0)) {
    throw new OptionError(`${part}.at`, `must be a row and a column, whole numbers from 0, got ${at.join(', ')}`);
  }
  return [y, x];
}

/** The mean of each channel's map, `[N, C]`. */
export const meanOfMaps = (tape: Tape, x: Value): Value =>
  x.shape.length === 2
    ? x
    : tape.apply(reduction, { x }, { kind: 'mean', axes: x.shape.slice(2).map((_, i) => i + 2), keep: false });

/** The mean of each image's numbers, `[N]`. */
export const meanOfPlaces = (tape: Tape, x: Value): Value =>
  tape.apply(reduction, { x }, { kind: 'mean', axes: x.shape.slice(1).map((_, i) => i + 1), keep: false });
