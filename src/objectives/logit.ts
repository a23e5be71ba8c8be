import { OptionError } from '../core/errors.js';
import { type Model, makersOf } from '../graph/model.js';
import { definePart } from '../parts/part.js';
import { unitsOf } from '../scene/channelAxis.js';
import type { Scene } from '../scene/openNet.js';
import { outputLayer } from '../scene/outputs.js';
import { locateUnit, unitOf } from '../scene/unit.js';

/** Layers that only make the classes' scores into probabilities, or rename them. */
const BEHIND_LOGITS = new Set(['softmax', 'logSoftmax', 'identity', 'reshape', 'flatten', 'dropout']);

/** A class by its score before the softmax, so that other classes need not fall for it to rise. */
export const logit = definePart({
  kind: 'objective',
  name: 'logit',
  text: 'The score of a class before the softmax.',
  source: 'Simonyan et al. 2013, eq. 1',
  fields: { class: { type: 'number', whole: true, min: 0, text: 'class of the net’s output, from 0' } },
  make({ class: index }) {
    const layerOf = (scene: Scene) => {
      const name = logitLayer(scene.model);
      return { name, layer: unitsOf(scene.tape, scene.image, name, scene.at(name)) };
    };
    const unitIn = (scene: Scene) => {
      const { name, layer } = layerOf(scene);
      const classes = layer.shape[1];
      if (index >= classes) {
        throw new OptionError(
          'logit.class',
          `must be below the ${classes} classes of '${scene.model.name}', got ${index}`,
        );
      }
      return { layer, unit: locateUnit({ layer: name, channel: index }, layer.shape) };
    };
    return {
      label: `class ${index}`,
      layers: [],
      build(scene) {
        const { layer, unit } = unitIn(scene);
        return unitOf(scene.tape, layer, unit);
      },
      watch: unitIn,
    };
  },
});

/** The layer with the classes' scores: the output, or what a softmax at the end is of. @throws OptionError for a net without its end */
function logitLayer(model: Model): string {
  if (model.partial) {
    throw new OptionError(
      'objective',
      `the end of '${model.name}' is left out because it is not supported, so it has no classes; name a neuron`,
    );
  }
  const makers = makersOf(model);
  let index = model.layers.findIndex(({ name }) => name === outputLayer(model));
  while (BEHIND_LOGITS.has(model.layers[index].type) && makers[index].length === 1) [index] = makers[index];
  return model.layers[index].name;
}
