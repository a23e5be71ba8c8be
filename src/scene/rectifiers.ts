// The rectifiers between a layer and the weights below it: without them the layer has the values from before its ReLU.
import { type Layer, type Model, makerOf, makersOf } from '../graph/model.js';

/** Layers without weights that pass on what is below zero, so that a rectifier under them decides whether a unit is dead. */
const PASSED = new Set([
  'add',
  'affine',
  'avgPool',
  'concat',
  'dropout',
  'eltwise',
  'flatten',
  'identity',
  'lrn',
  'lrnWithin',
  'maxPool',
  'poolNd',
  'reshape',
  'slice',
  'transpose',
]);

/** Functions whose derivative is exactly zero over a range: ReLU6 is a `clip`. */
const FLAT = new Set(['clip', 'hardSigmoid', 'hardSwish']);

const isRectifier = ({ type, attrs }: Layer): boolean =>
  (type === 'relu' && attrs.slope === 0) || (type === 'pointwise' && FLAT.has(String(attrs.f)));

/** Names of the rectifiers that `layer` is made by, itself among them, with nothing but pooling and the like between. */
export function rectifiersAt(model: Model, layer: string): ReadonlySet<string> {
  const makers = makersOf(model);
  const found = new Set<string>();
  const seen = new Set<number>();
  const first = makerOf(model, layer);
  const pending = first === undefined ? [] : [first];
  for (let index = pending.pop(); index !== undefined; index = pending.pop()) {
    if (seen.has(index)) continue;
    seen.add(index);
    const at = model.layers[index];
    if (isRectifier(at)) found.add(at.name);
    else if (PASSED.has(at.type)) pending.push(...makers[index]);
  }
  return found;
}
