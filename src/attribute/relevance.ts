// What each number of a layer contributes to a unit, to first order: its activation times the unit's gradient there.
import type { Value } from '../graph/tape.js';
import { binary } from '../kernels/binary/index.js';
import type { Scene } from '../scene/openNet.js';
import { formatUnit, type UnitAddress } from '../scene/unit.js';
import { attributeTo } from './attribute.js';
import { startAtUnit } from './start.js';

/**
 * Reads relevances in place of activations: `codes(layer, { read: relevanceTo(unit) })`. Of a unit that has a map, at its address's place
 * or the map's centre. For a layer that does not lead to the unit the scan throws ShapeError.
 */
export function relevanceTo(unit: UnitAddress): {
  readonly name: string;
  /** The products of `activations` and their gradients, in the same shape, recorded on the scene's tape. */
  value(scene: Scene, activations: Value): Value;
} {
  return {
    name: `relevance to ${formatUnit(unit)}`,
    value(scene, activations) {
      const [gradient] = attributeTo(scene, { target: startAtUnit(scene, unit) }, [activations]);
      return binary(scene.tape, 'mul', activations, gradient);
    },
  };
}
