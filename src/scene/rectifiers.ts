// The rectifiers between a layer and the weights below it: without them the layer has the values from before its ReLU.
import { type LayerTable, type Model, makerOf, makersOf } from '../graph/model.js';
import { layers } from './layers.js';

/** Names of the rectifiers that `layer` is made by, itself among them, with nothing but pooling and the like between. */
export function rectifiersAt(model: Model, layer: string): ReadonlySet<string> {
  const makers = makersOf(model);
  const ops: LayerTable = { ...layers, ...model.ops };
  const found = new Set<string>();
  const seen = new Set<number>();
  const first = makerOf(model, layer);
  const pending = first === undefined ? [] : [first];
  for (let index = pending.pop(); index !== undefined; index = pending.pop()) {
    if (seen.has(index)) continue;
    seen.add(index);
    const { name, type, attrs } = model.layers[index];
    if (ops[type]?.rectifies?.(attrs)) found.add(name);
    else if (ops[type]?.passesZeros) pending.push(...makers[index]);
  }
  return found;
}
