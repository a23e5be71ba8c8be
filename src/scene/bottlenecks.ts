// The layers that everything a net knows of an image passes through: those that no branch goes around.
import type { Model } from '../graph/model.js';

/** Blobs that, once they are made, are all that later layers read of the image; in the order in which the net makes them, each once. */
export function bottlenecks(model: Model): readonly string[] {
  const lastUse = new Map<string, number>();
  for (const [i, { inputs }] of model.layers.entries()) for (const input of inputs) lastUse.set(input, i);
  const ofImage = new Set([model.input.name]);
  const found: string[] = [];
  for (const [i, { inputs, output }] of model.layers.entries()) {
    if (!inputs.some((input) => ofImage.has(input))) continue;
    ofImage.add(output);
    const stillRead = [...ofImage].filter((blob) => blob !== output && (lastUse.get(blob) ?? -1) > i);
    if (stillRead.length === 0 && !found.includes(output)) found.push(output);
  }
  return found;
}
