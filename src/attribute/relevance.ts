// What each number of a layer contributes to a unit, or to the class that the net takes a picture for: to first order, its activation
// times the gradient there, or by layer-wise relevance propagation.
import type { Value } from '../graph/tape.js';
import { binary } from '../kernels/binary/index.js';
import { op as hardmax } from '../kernels/hardmax/index.js';
import { op as reshape } from '../kernels/reshape/index.js';
import { logitLayer } from '../objectives/classes.js';
import type { Scene } from '../scene/openNet.js';
import { formatUnit, type UnitAddress } from '../scene/unit.js';
import { attributeTo } from './attribute.js';
import { checkRelevance, lrpRule } from './lrp.js';
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

/** How relevances are told: by layer-wise relevance propagation, or as activation times gradient. */
export type RelevanceBy = 'relevance' | 'gradient';

/** Of the composite rule of the method `lrp`. */
const EPSILON = 0.01;

/**
 * Reads relevances to the score of each picture's own class, the one that the net predicts: `topK(layers, { read })`. By LRP with the
 * composite rule: convolutions share by positive parts, fully connected layers over z + ε, biases take nothing. For a layer that does not
 * lead to the scores the scan throws ShapeError, and for an op that LRP has no rule for UnsupportedLayersError.
 */
export function relevanceToPrediction(by: RelevanceBy): {
  readonly name: string;
  /** For maps of several layers their relevances, each in the same shape, recorded on the scene's tape. */
  values(scene: Scene, maps: readonly Value[]): readonly Value[];
} {
  return {
    name: by === 'relevance' ? 'relevance to the predicted class' : 'activation × gradient of the predicted class',
    values(scene, maps) {
      const { tape, batch } = scene;
      const layer = scene.at(logitLayer(scene.model));
      const scores = tape.apply(reshape, { x: layer }, { shape: [batch, -1] });
      const chosen = tape.apply(hardmax, { x: scores }, { from: 1, to: 2 });
      if (by === 'gradient') {
        const gradients = attributeTo(scene, { target: { from: scores, seed: chosen } }, maps);
        return maps.map((map, i) => binary(tape, 'mul', map, gradients[i]));
      }
      const method = lrpRule({
        rule: (_, isConvolution) =>
          isConvolution ? { kind: 'alphaBeta', alpha: 1 } : { kind: 'epsilon', epsilon: EPSILON },
        biases: false,
      });
      checkRelevance(scene, scores, method);
      return attributeTo(scene, { target: { from: scores, seed: binary(tape, 'mul', chosen, scores) }, method }, maps);
    },
  };
}
