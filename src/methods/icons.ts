// Images of directions of a layer, for activation grids and atlases: each goes where one activation points, at the centre of the map (Carter
// et al. 2019; lucid: direction_neuron with dot · max(0.1, cosine)^power), by the update of the preset `spectrum`.
import { OptionError } from '../core/errors.js';
import type { DeviceTraits } from '../gpu/context.js';
import type { Model } from '../graph/model.js';
import { directionAt } from '../objectives/directionAt.js';
import { each } from '../objectives/each.js';
import { imageShape } from '../scene/input.js';
import { hashOf } from '../scene/modelHash.js';
import type { ImageStatistics } from '../scene/statistics.js';
import { createStudy, type Study, toSpecs } from '../synthesize/study.js';
import { aboutOf, atOnce, idOf, type Piece } from './gallery.js';
import { spectral } from './presets/spectrum.js';

/** A direction, and what its image is called. */
export interface IconOf {
  readonly name: string;
  /** `[C]` */
  readonly direction: readonly number[];
}

/** How icons are made. */
export interface IconOptions {
  /** Power of the cosine that the product is weighed with. */
  readonly power?: number;
  readonly steps?: number;
  /** Of the start, which all icons share: what differs between them is what their directions say. */
  readonly seed?: number;
  readonly statistics: ImageStatistics;
  /** Images at once; by default as many as `atOnce` allows. */
  readonly batch?: number;
}

/** Part of every piece's id: raised when the same words would give other images. */
const FORMAT = 1;
const POWER = 2;
const STEPS = 100;
/** One image alone has kernels of its own in fully connected layers. */
const FEWEST = 2;

/** The study of some icons, one image each. @throws OptionError for a direction of zeros */
export function iconStudy(
  model: Model,
  layer: string,
  icons: readonly IconOf[],
  { power = POWER, steps = STEPS, seed = 0 }: Omit<IconOptions, 'statistics'> = {},
): Study {
  const [, H, W] = imageShape(model);
  const of = icons.map(({ direction }) =>
    directionAt.make({ layer: contentOf(model, layer), vector: direction, power }),
  );
  const options = spectral(
    {
      model,
      target: { kind: 'unit', address: { layer, channel: 0 } },
      statistics: model.statistics ?? 'natural',
      side: Math.min(H, W),
    },
    () => each.make({ of }),
  );
  return toSpecs(createStudy({ ...options, steps, seeds: icons.map(() => seed) }));
}

/**
 * Icons as independent pieces, for `makePieces`: any machine makes them in any order. All have the same batch, and the last one is filled up,
 * so that an icon has the same bits whatever else is made.
 *
 * @throws OptionError, UnknownNameError
 */
export async function iconPieces(
  traits: DeviceTraits,
  model: Model,
  layer: string,
  icons: readonly IconOf[],
  options: IconOptions,
): Promise<readonly Piece[]> {
  const { seed = 0, statistics, batch } = options;
  if (icons.length === 0) throw new OptionError('icons', 'must be at least one');
  if (batch !== undefined && !(Number.isInteger(batch) && batch >= 1))
    throw new OptionError('batch', `must be a whole number from 1, got ${batch}`);
  const about = await aboutOf(model);
  const size =
    batch ?? Math.max(FEWEST, atOnce(traits, model, iconStudy(model, layer, icons.slice(0, 1), options), statistics));
  const pieces: Piece[] = [];
  for (let from = 0; from < icons.length; from += size) {
    const own = icons.slice(from, from + size);
    const filled = Array.from({ length: size }, (_, i) => own[Math.min(i, own.length - 1)]);
    const study = iconStudy(model, layer, filled, options);
    const id = idOf(await hashOf([FORMAT, about, study, own.map(({ name }) => name), statistics]));
    pieces.push({ id, layer, preset: 'spectrum', tiles: own.map(({ name }) => ({ unit: name, seed })), study });
  }
  return pieces;
}

/** The layer after which a blob has its final content, which activations are read from: after in-place ReLUs. */
export const contentOf = ({ layers }: Model, blob: string): string =>
  layers.reduce((found, { name, output }) => (output === blob ? name : found), blob);
