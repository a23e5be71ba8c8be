// What objectives about one class of a classifier have in common.
import { OptionError } from '../core/errors.js';
import { type Model, makersOf } from '../graph/model.js';
import type { Value } from '../graph/tape.js';
import { op as reshape } from '../kernels/reshape/index.js';
import type { Objective, Watched } from '../parts/kinds.js';
import { unitsOf } from '../scene/channelAxis.js';
import type { Scene } from '../scene/openNet.js';
import { outputLayer } from '../scene/outputs.js';
import { locateUnit, unitOf } from '../scene/unit.js';
import { once } from './once.js';

/** Layers that only make the classes' scores into probabilities, or rename them. */
const BEHIND_LOGITS = new Set(['softmax', 'logSoftmax', 'identity', 'reshape', 'flatten', 'dropout']);

/** The field of a part that asks about a class. */
export const CLASS = { type: 'number', whole: true, min: 0, text: 'class of the net’s output, from 0' } as const;

/**
 * The objective of one class: its entry of what `of` makes of the scores before the softmax, `[N, classes]` or `[N, classes, 1, 1]`. The unit
 * that it is about is the class's score, whatever is made of it: both lead their layer at the same time.
 *
 * @param part the name of the part, for messages
 * @param key what classes of one `of` have in common: they share its values
 */
export function classObjective(
  part: string,
  index: number,
  of: (scene: Scene, scores: Value) => Value,
  key = part,
): Objective {
  const watch = (scene: Scene): Watched => {
    const name = logitLayer(scene.model);
    const layer = unitsOf(scene.tape, scene.image, name, scene.at(name));
    const classes = layer.shape[1];
    if (index >= classes) {
      throw new OptionError(
        `${part}.class`,
        `must be below the ${classes} classes of '${scene.model.name}', got ${index}`,
      );
    }
    return { layer, unit: locateUnit({ layer: name, channel: index }, layer.shape) };
  };
  return {
    label: `class ${index}`,
    layers: [],
    build(scene) {
      const { layer, unit } = watch(scene);
      return unitOf(scene.tape, of(scene, layer), unit);
    },
    chosen(scene) {
      const { layer, unit } = watch(scene);
      const scores = once(scene, key, () =>
        scene.tape.apply(reshape, { x: of(scene, layer) }, { shape: [scene.batch, layer.shape[1]] }),
      );
      return [{ scores, index: unit.channel, factor: 1 }];
    },
    watch,
  };
}

/** The layer with the classes' scores, and those behind it that only rename them or make them into probabilities. */
export function classLayers(model: Model): ReadonlySet<string> {
  const scores = logitLayer(model);
  const makers = makersOf(model);
  const layers = new Set([scores]);
  for (const [i, { name, type }] of model.layers.entries()) {
    const behind = makers[i].some((maker) => layers.has(model.layers[maker].name));
    if (name === scores || (behind && BEHIND_LOGITS.has(type))) layers.add(name);
  }
  return layers;
}

/** The layer with the classes' scores: the output, or what a softmax at the end is of. @throws OptionError for a net without its end */
export function logitLayer(model: Model): string {
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
