// Where the way back starts. A unit that is one number of each image starts with 1; a whole channel starts with numbers that are
// no derivative of anything, such as its own activation map. Nothing of it is read back or written by the host.
import { sizeBetween } from '../core/shape.js';
import type { Param, Scalar, Tape, Value } from '../graph/tape.js';
import { op as channelSeed, SEED_MODES, type SeedMode } from '../kernels/channelSeed/index.js';
import { op as reduction } from '../kernels/reduction/index.js';
import { op as reshape } from '../kernels/reshape/index.js';
import { selectEach } from '../kernels/select/each.js';
import { op as select } from '../kernels/select/index.js';
import type { Objective } from '../parts/kinds.js';
import { unitsOf } from '../scene/channelAxis.js';
import type { Scene } from '../scene/openNet.js';
import { locateUnit, type Unit, type UnitAddress } from '../scene/unit.js';

/** What goes back is the gradient of `Σ seed · from`. */
export interface Start {
  readonly from: Value;
  /** Of the shape of `from`. */
  readonly seed: Value;
}

/** What an objective asks for, each image for itself. */
export function startAtObjective(scene: Scene, objective: Pick<Objective, 'build'>): Start {
  return startAtNumber(scene, objective.build(scene));
}

/** A unit at one place, the same in every image. `from` is its activation at the named layer. @throws OptionError */
export function startAtUnit(scene: Scene, address: UnitAddress): Start & { readonly unit: Unit } {
  const layer = layerOf(scene, address.layer);
  const unit = locateUnit(address, layer.shape);
  return { ...startAtNumber(scene, scene.tape.apply(select, { x: layer }, { index: unit.index })), unit };
}

/**
 * A unit of `layer` `[N, ...]` in each image: `places` u32 `[N]` holds `(c·H + y)·W + x`, given as data or found on the device, such
 * as where the image has its maximum. `from` is the activation there.
 */
export function startAtPlaces(scene: Scene, layer: Value, places: Value): Start {
  return startAtNumber(scene, scene.tape.apply(selectEach, { x: layer, at: places }, {}));
}

/**
 * A channel, seeded in one of three ways (see `SeedMode`). As the toolbox does: the seed is made of the blob as it is after
 * in-place layers, and the way back starts at the named layer itself.
 */
export function startAtChannel(scene: Scene, layer: string, channel: Scalar, mode: SeedMode | Param): Start {
  const { tape, image, at } = scene;
  const shown = unitsOf(tape, image, layer, at.final(layer));
  return { from: layerOf(scene, layer), seed: seedOfChannel(tape, shown, channel, mode) };
}

/** The seed of a channel of x `[N, C, ...]`: of x's shape, zero in other channels. */
export function seedOfChannel(tape: Tape, x: Value, channel: Scalar, mode: SeedMode | Param): Value {
  const attrs = { channel, mode: typeof mode === 'string' ? SEED_MODES.indexOf(mode) : mode };
  return tape.apply(channelSeed, { x, top: channelMaxima(tape, x) }, attrs);
}

/** The greatest value of each channel of x `[N, C, ...]`: `[N, C]`. */
export function channelMaxima(tape: Tape, x: Value): Value {
  const rows = tape.apply(reshape, { x }, { shape: [x.shape[0], x.shape[1], sizeBetween(x.shape, 2)] });
  return tape.apply(reduction, { x: rows }, { kind: 'max', axes: [2], keep: false });
}

const layerOf = ({ tape, image, at }: Scene, layer: string): Value => unitsOf(tape, image, layer, at(layer));

function startAtNumber({ tape }: Scene, from: Value): Start {
  return { from, seed: tape.constant('seed', from.shape, new Float32Array(from.shape[0]).fill(1)) };
}
