import { definePart } from '../parts/part.js';
import { unitsOf } from '../scene/channelAxis.js';
import type { Scene } from '../scene/openNet.js';
import { locateUnit, parseUnit, unitOf } from '../scene/unit.js';
import { once } from './once.js';
import { placeOf } from './placeOf.js';

/**
 * Share of a map from which on all of it is computed. The recorder runs the whole layer forward anyway, to see whether the unit leads
 * it; a window of the map then costs a second forward pass of that part, and saves the backward pass of the rest.
 */
const WHOLE_FROM = 0.5;

/** One unit: a channel at one place of its map. */
export const neuron = definePart({
  kind: 'objective',
  name: 'neuron',
  text: 'The activation of one unit: a channel at one place of its map.',
  source: 'Erhan et al. 2009; Simonyan et al. 2013; lucid objectives.neuron',
  fields: {
    unit: { type: 'text', text: 'layer:channel, or layer:channel:y,x; the centre of the map unless a place is given' },
  },
  make({ unit: text }) {
    const address = parseUnit(text);
    const layerOf = ({ tape, image, at }: Scene) => unitsOf(tape, image, address.layer, at(address.layer));
    return {
      label: text,
      layers: [address.layer],
      build(scene) {
        const layer = layerOf(scene);
        return unitOf(scene.tape, layer, locateUnit(address, layer.shape), { wholeFrom: WHOLE_FROM });
      },
      chosen(scene) {
        const layer = layerOf(scene);
        const { channel, at } = locateUnit(address, layer.shape);
        if (layer.shape.length === 2) return [{ scores: layer, index: channel, factor: 1 }];
        const scores = once(scene, `neuron ${address.layer} ${at.join()}`, () => placeOf(scene, layer, at));
        return [{ scores, index: channel, factor: 1 }];
      },
      watch(scene) {
        const layer = layerOf(scene);
        return { layer, unit: locateUnit(address, layer.shape) };
      },
    };
  },
});
