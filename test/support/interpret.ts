// Computes a net in float64, layer by layer, from the layers' references. Plans are compared with this.
import type { Model } from '../../src/graph/model.js';
import * as registry from '../../src/kernels/index.js';
import type { RefTensor } from '../../src/kernels/reference.js';

type Reference = (inputs: Record<string, RefTensor>, attrs: object) => RefTensor;
const references = import.meta.glob<{ ref: Reference }>('../../src/kernels/*/*.ref.ts', { eager: true });
const referenceOf = (type: string): Reference => references[`../../src/kernels/${type}/${type}.ref.ts`].ref;

const inputNames = new Map<string, readonly string[]>(Object.entries(registry).map(([type, op]) => [type, op.inputs]));

/** The final content of every blob. */
export function interpret(model: Model, image: RefTensor): ReadonlyMap<string, RefTensor> {
  const blobs = new Map<string, RefTensor>([[model.input.name, image]]);
  const blob = (name: string): RefTensor => {
    const value = blobs.get(name);
    if (!value) throw new Error(`no blob '${name}'`);
    return value;
  };
  for (const { type, attrs, inputs, output, weights } of model.layers) {
    const names = inputNames.get(type) ?? [];
    const own = names.filter((n) => !(n in weights));
    const named = Object.fromEntries(inputs.map((b, i) => [names.length === 0 ? `x${i}` : own[i], blob(b)]));
    for (const [slot, key] of Object.entries(weights)) {
      const weight = model.weights.get(key);
      if (weight) named[slot] = { shape: weight.shape, data: Float64Array.from(weight.data) };
    }
    // In the order of the op's input names.
    const ordered = names.length === 0 ? named : Object.fromEntries(names.map((n) => [n, named[n]]));
    blobs.set(output, referenceOf(type)(ordered, { ...Object(attrs) }));
  }
  return blobs;
}
