// Finds units that are classes: those of the output, and of earlier layers up to the last one with weights.
import type { Model } from 'convscope';
import type { ModelReport } from './protocol.js';

/** Blobs whose units are the classes of layer `output`: its own, and earlier ones up to the last layer with weights. */
export function classBlobs({ layers }: Pick<Model, 'layers'>, output: string): readonly string[] {
  const blobs: string[] = [];
  let blob = layers.find(({ name }) => name === output)?.output;
  for (const layer of [...layers].reverse()) {
    if (layer.output !== blob) continue;
    if (blobs.at(-1) !== blob) blobs.push(blob);
    if (Object.keys(layer.weights).length > 0 || layer.inputs.length !== 1) break;
    [blob] = layer.inputs;
  }
  return blobs;
}

/** Names of a layer's units, if they are classes. An equal number of units does not prove that. */
export const labelsOf = (net: ModelReport | undefined, layer: string): readonly string[] | undefined => {
  const units = net?.layers.find(({ name }) => name === layer)?.shape[1];
  return net?.classLayers.includes(layer) && net.labels.length === units ? net.labels : undefined;
};
