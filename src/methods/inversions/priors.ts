// How smooth and how moderate an image is held, by how deep the layer is that it is made from.
import type { Model } from '../../graph/model.js';
import type { Made } from '../../parts/part.js';
import { alphaNorm } from '../../regularize/alphaNorm.js';
import { totalVariation } from '../../regularize/totalVariation.js';
import { imageShape } from '../../scene/input.js';
import { WHITE } from '../../scene/space.js';
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

/** λ_TV of the presets that are not the paper’s, chosen on mini-caffenet and its robust twin. */
const LAMBDAS = [0.5, 2, 6] as const;
/** The paper’s λ of the α-norm, for pixels up to 255. */
const NORM = 8e-10;
export const ALPHA = 6;

/** The weight that λ/2 · Σx^α / σ² has here, for pixels up to 255 there and from 0 to 1 here. */
export const normWeight = (values: number): number => ((NORM / 2) * WHITE ** (ALPHA - 2)) / (values * RMS ** 2);

/**
 * λ/2 · Σ(dx² + dy²)/σ², by the layer’s depth. Beyond the first group also the paper’s α-norm: deep layers hardly see how bright an image is,
 * and without it those of mini-caffenet-robust end in black and white.
 */
export function priors(model: Model, layer: string): readonly Made<'regularizer'>[] {
  const [C, H, W] = imageShape(model);
  const lambda = byDepth(model, layer, LAMBDAS);
  const smooth = totalVariation.make({ weight: lambda / 2 / RMS ** 2, beta: 2, over: 'mean' });
  if (lambda === LAMBDAS[0]) return [smooth];
  return [smooth, alphaNorm.make({ weight: normWeight(C * H * W), alpha: ALPHA })];
}
