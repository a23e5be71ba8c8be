// What a net answers with: the layer at its end, and how many classes that tells apart.
import { OptionError } from '../core/errors.js';
import { sizeOf } from '../core/shape.js';
import type { Model } from '../graph/model.js';
import { openNet } from './openNet.js';

/** The layer whose output nothing reads: what a classifier answers with. */
export function outputLayer(model: Model): string {
  const read = new Set(model.layers.flatMap((l) => l.inputs.filter((blob) => blob !== l.output)));
  const ends = model.layers.filter((l) => !read.has(l.output));
  const last = ends[ends.length - 1] ?? model.layers[model.layers.length - 1];
  if (!last) throw new OptionError('model', `'${model.name}' has no layers`);
  return last.name;
}

/**
 * How many classes the net tells apart, by its output's channels; undefined where an output has none, such as a list of boxes, and
 * where the net's own end was left out.
 */
export function classesOf(model: Model): number | undefined {
  if (model.partial) return undefined;
  const { at } = openNet(model, { open: true });
  const { shape } = at(outputLayer(model));
  const [, ...dims] = shape;
  // Whichever axis the classes lie along: [N,C], [N,C,1,1], [N,1,1,C].
  if (dims.filter((dim) => dim !== 1).length <= 1) return sizeOf(dims);
  return shape.length === 4 ? shape[1] : undefined;
}
