// How smooth an image is held, by how deep the layer is that it is made from.
import type { Model } from '../../graph/model.js';
import type { Made } from '../../parts/part.js';
import { totalVariation } from '../../regularize/totalVariation.js';
import { depthOf } from './inversion.js';

/** The norm of pictures σ (invert_nn.m: x0_sigma) as a root mean square, for pixels from 0 to 1: that of 1000 photographs about their mean colour. */
export const RMS = 0.268;

/** The ends of the groups 1–6, 7–12 and 13–20 of the 20 layers of the net of Mahendran & Vedaldi 2015, as shares of a net’s layers. */
const GROUPS = [6 / 20, 12 / 20, 1] as const;

/** One λ for each of the paper’s three groups of layers: the one of a layer, by its share of the net’s layers. */
export function byDepth(model: Model, layer: string, lambdas: readonly [number, number, number]): number {
  const depth = depthOf(model, layer);
  return lambdas[GROUPS.findIndex((end) => depth <= end)];
}

/** λ_TV of the presets that are not the paper’s, chosen on mini-caffenet and GoogLeNet. */
const LAMBDAS = [0.5, 2, 6] as const;

/** λ/2 · Σ(dx² + dy²)/σ², by the layer’s depth. */
export function smoothness(model: Model, layer: string): Made<'regularizer'> {
  return totalVariation.make({ weight: byDepth(model, layer, LAMBDAS) / 2 / RMS ** 2, beta: 2, over: 'mean' });
}
