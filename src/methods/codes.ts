// What the codes of real pictures are like: where chains of a generator's codes start, and how far they may go.
import { OptionError } from '../core/errors.js';
import type { Context } from '../gpu/context.js';
import type { Model } from '../graph/model.js';
import { moments, momentsOf } from '../scan/moments.js';
import { type ScanOptions, scan } from '../scan/scan.js';
import type { CodeStatistics } from '../scene/codeNumbers.js';
import type { SetImage } from '../scene/images.js';
import { searchedLayers } from '../scene/unitLayers.js';

/**
 * Codes of a set of pictures: what a vector of `model` at `layer` is like. Its numbers are exact sums, so the order of the pictures changes
 * nothing.
 *
 * @throws OptionError for a layer with maps; UnknownNameError
 */
export async function codeStatistics(
  ctx: Context,
  model: Model,
  layer: string,
  pictures: readonly SetImage[],
  options: Pick<ScanOptions, 'batch' | 'signal' | 'onUnreadable'> & {
    readonly onProgress?: (progress: { readonly done: number }) => void;
  } = {},
): Promise<CodeStatistics> {
  const { layers } = searchedLayers(model, { layers: [layer] });
  const [C, H, W] = layers[0].shape;
  if (H * W > 1)
    throw new OptionError(
      'layer',
      `'${layer}' has maps of ${H}×${W}; a code is a vector, such as that of a fully connected layer`,
    );
  const { onProgress, ...how } = options;
  const collectors = [moments(layers)] as const;
  const { states } = await scan(ctx, model, pictures, collectors, { ...how, ...(onProgress && { onProgress }) });
  const [{ count, mean, variance }] = momentsOf(states[0], layers);
  if (count < 2) throw new OptionError('images', `must be at least two pictures, got ${count}`);
  if (mean.length !== C)
    throw new OptionError('layer', `'${layer}' has ${mean.length} channels, and ${C} were expected`);
  return {
    net: model.name,
    layer,
    pictures: count,
    mean: Float32Array.from(mean),
    deviation: Float32Array.from(variance, Math.sqrt),
  };
}
