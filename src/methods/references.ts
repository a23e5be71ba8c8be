// Real pictures that a unit likes best, as what pictures made for it are compared with.
import type { Context } from '../gpu/context.js';
import type { Model } from '../graph/model.js';
import type { ForwardOptions } from '../scene/forward.js';
import type { ImageId, SetImage } from '../scene/images.js';
import type { UnitAddress } from '../scene/unit.js';
import { findTopImages } from './topImages.js';

/**
 * Ids of the `count` pictures of a set in which a channel is most active anywhere, the most active first.
 *
 * @throws UnknownNameError, OptionError, ShapeError, NotFiniteError as `findTopImages`
 */
export async function bestPictures(
  ctx: Context,
  model: Model,
  { layer, channel }: UnitAddress,
  set: Iterable<SetImage> | AsyncIterable<SetImage>,
  count: number,
  options: ForwardOptions = {},
): Promise<readonly ImageId[]> {
  const { layers } = await findTopImages(ctx, model, set, { ...options, layers: [layer], k: count });
  const [{ shape, images }] = layers;
  const each = images.length / shape[0];
  return images.slice(channel * each, (channel + 1) * each);
}
