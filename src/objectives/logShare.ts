import type { Value } from '../graph/tape.js';
import { op as logSoftmax } from '../kernels/logSoftmax/index.js';
import { op as select } from '../kernels/select/index.js';
import { definePart } from '../parts/part.js';
import { unitsOf } from '../scene/channelAxis.js';
import type { Scene } from '../scene/openNet.js';
import { locateUnit, parseUnit } from '../scene/unit.js';
import { once } from './once.js';
import { OWN_TERM, ownTerms } from './ownTerm.js';
import { placeOf } from './placeOf.js';

/** As `logProbability`, for a hidden unit: the channels at its place stand for the classes. */
export const logShare = definePart({
  kind: 'objective',
  name: 'logShare',
  text: 'The logarithm of a unit’s share among the channels at its place, by a softmax over them.',
  source: 'Nguyen et al. 2017 (PPGN), sampling_class.py on conv5: the softmax over the channels at (y, x)',
  fields: {
    unit: { type: 'text', text: 'layer:channel, or layer:channel:y,x; the centre of the map unless a place is given' },
    terms: OWN_TERM,
  },
  make({ unit: text, terms = 'all' }) {
    const address = parseUnit(text);
    const layerOf = ({ tape, image, at }: Scene) => unitsOf(tape, image, address.layer, at(address.layer));
    const scoresOf = (scene: Scene): Value => {
      const layer = layerOf(scene);
      if (layer.shape.length === 2) return layer;
      const { at } = locateUnit(address, layer.shape);
      return once(scene, `neuron ${address.layer} ${at.join()}`, () => placeOf(scene, layer, at));
    };
    return {
      label: `log share of ${text}`,
      layers: [address.layer],
      build(scene) {
        const { tape } = scene;
        const x = scoresOf(scene);
        const log = terms === 'own' ? ownTerms(tape, x) : tape.apply(logSoftmax, { x }, { from: 1, to: 2 });
        return tape.apply(select, { x: log }, { index: locateUnit(address, layerOf(scene).shape).channel });
      },
      watch(scene) {
        const layer = layerOf(scene);
        return { layer, unit: locateUnit(address, layer.shape) };
      },
    };
  },
});
