// What each place of a layer contributes to the classes, to first order: its activation times the gradient of each class's score there, summed
// over the channels. Olah et al. 2018, The Building Blocks of Interpretability: spatial attribution.
import type { Value } from '../graph/tape.js';
import { binary } from '../kernels/binary/index.js';
import { op as concat } from '../kernels/concat/index.js';
import { op as reduction } from '../kernels/reduction/index.js';
import { logitLayer } from '../objectives/classes.js';
import type { Scene } from '../scene/openNet.js';
import { attributeTo } from './attribute.js';
import { relevanceToPrediction } from './relevance.js';
import { startAtUnit } from './start.js';

/** Reads contributions in place of activations, for `samples`: to each of so many classes, or to the one that the net predicts. */
export function contributions(classes: number | 'predicted'): {
  readonly name: string;
  readonly channels: number;
  /** `[N, classes, H, W]` of `activations` `[N, C, H, W]`, recorded on the scene's tape. */
  value(scene: Scene, activations: Value): Value;
} {
  const summed = ({ tape }: Scene, x: Value) => tape.apply(reduction, { x }, { kind: 'sum', axes: [1], keep: true });
  if (classes === 'predicted') {
    const { values } = relevanceToPrediction('gradient');
    return {
      name: 'contributions to the predicted class',
      channels: 1,
      value: (scene, activations) => summed(scene, values(scene, [activations])[0]),
    };
  }
  return {
    name: `contributions to ${classes} classes`,
    channels: classes,
    value(scene, activations) {
      const layer = logitLayer(scene.model);
      const own = Array.from({ length: classes }, (_, channel) => {
        const [gradient] = attributeTo(scene, { target: startAtUnit(scene, { layer, channel }) }, [activations]);
        return [`class ${channel}`, summed(scene, binary(scene.tape, 'mul', activations, gradient))] as const;
      });
      return scene.tape.apply(concat, Object.fromEntries(own), { axis: 1 });
    },
  };
}
