// What a layer sees at each place of a picture: an image for each place of its map, of the direction of the activations there; or one for each
// of a few groups of places, found by non-negative factors (Olah et al. 2018, The Building Blocks of Interpretability). docs/methods/atlas.md.
import { OptionError } from '../core/errors.js';
import { sizeOf } from '../core/shape.js';
import type { Context } from '../gpu/context.js';
import type { Model } from '../graph/model.js';
import { activations, type ForwardOptions } from '../scene/forward.js';
import { batchOf } from '../scene/input.js';
import { makePieces } from './gallery.js';
import { contentOf, type IconOf, type IconOptions, iconPieces } from './icons.js';

/** What a grid may be told. */
export interface ActivationGridOptions extends IconOptions, ForwardOptions {
  readonly layer: string;
  /** Groups of places in place of single ones: so many non-negative factors of the picture's activations. */
  readonly groups?: number;
  /** Told of each few steps: the share of the work that is done, from 0 to 1. */
  readonly onProgress?: (share: number) => void;
}

/** A place of the map, or a group of places. */
export interface GridCell {
  /** What is drawn: the activations less their mean over the picture, or a group's direction less the mean, `[C]`. */
  readonly direction: readonly number[];
  /** Length of the activations at a place, or the greatest share of a group at one. */
  readonly strength: number;
  /** How much of it is at each place, row by row: of a single place 1 there and 0 elsewhere. */
  readonly weights: readonly number[];
  /** `[C, H, W]`, mean-subtracted; absent where there is no direction, or its gradient is zero wherever it starts. */
  readonly image?: Float32Array;
}

/** Places of a layer's map with their images. */
export interface ActivationGrid {
  readonly layer: string;
  /** Rows and columns of the map. */
  readonly size: readonly [H: number, W: number];
  /** Row by row; or groups, the one that accounts for most of the activations first. */
  readonly cells: readonly GridCell[];
}

/** Below this share of the greatest strength, a direction less the mean is rounding. */
const NOTHING = 1e-6;

/**
 * What `layer` sees in one picture, in the net's input layout, at each place. An aborted call throws.
 *
 * @throws OptionError for a layer without maps or of zeros, or more groups than channels; UnknownNameError, ShapeError, NotFiniteError
 */
export async function activationGrid(
  ctx: Context,
  model: Model,
  picture: Float32Array,
  options: ActivationGridOptions,
): Promise<ActivationGrid> {
  const { layer, inputs, signal, statistics, onProgress } = options;
  const found = await gridDirections(ctx, model, picture, options);
  const icons = found.cells.flatMap(({ direction }, i): IconOf[] =>
    direction.some((value) => value !== 0) ? [{ name: String(i), direction }] : [],
  );
  if (icons.length === 0)
    throw new OptionError(
      'layer',
      `'${layer}' has the same activations at all places of this picture: there is nothing to draw`,
    );
  const images = new Map<number, Float32Array>();
  const given = { statistics, ...(inputs && { inputs }), ...(signal && { signal }) };
  for await (const { share, tiles = [] } of makePieces(
    ctx,
    model,
    await iconPieces(ctx.traits, model, layer, icons, options),
    given,
  )) {
    onProgress?.(share);
    for (const { unit, image } of tiles) if (image) images.set(Number(unit), image);
  }
  signal?.throwIfAborted();
  return {
    ...found,
    cells: found.cells.map((cell, i): GridCell => {
      const image = images.get(i);
      return image ? { ...cell, image } : cell;
    }),
  };
}

/** The grid without its images. @throws OptionError, UnknownNameError, ShapeError */
export async function gridDirections(
  ctx: Context,
  model: Model,
  picture: Float32Array,
  { layer, groups, inputs, signal }: Pick<ActivationGridOptions, 'layer' | 'groups' | 'inputs' | 'signal'>,
): Promise<ActivationGrid> {
  if (batchOf(picture, model.input.shape) !== 1)
    throw new OptionError('picture', `must be one, got ${picture.length} numbers for ${sizeOf(model.input.shape)}`);
  const name = contentOf(model, layer);
  const read = await activations(ctx, model, picture, [name], { ...(inputs && { inputs }), ...(signal && { signal }) });
  const { shape = [], data = new Float32Array() } = read.get(name) ?? {};
  const [, C, H, W] = shape;
  if (shape.length !== 4 || H * W < 2)
    throw new OptionError('layer', `'${layer}' has no map with several places, its shape is ${shape.join('×')}`);
  const places = Array.from({ length: H * W }, (_, p) =>
    Float64Array.from({ length: C }, (_, c) => data[c * H * W + p]),
  );
  const mean = Float64Array.from({ length: C }, (_, c) => places.reduce((sum, row) => sum + row[c] / places.length, 0));
  const strengths = places.map((row) => Math.hypot(...row));
  const most = strengths.reduce((a, b) => Math.max(a, b), 0);
  if (!(most > 0 && Number.isFinite(most)))
    throw new OptionError('layer', `'${layer}' holds nothing but zeros of this picture, or no numbers`);
  const less = (row: Float64Array, share: number): number[] => {
    const out = Array.from(row, (value, c) => value - share * mean[c]);
    return Math.hypot(...out) > NOTHING * most ? out : out.map(() => 0);
  };
  const size = [H, W] as const;
  if (groups === undefined) {
    const cells = places.map((row, p): GridCell => {
      const weights = places.map((_, other) => (other === p ? 1 : 0));
      return { direction: less(row, 1), strength: strengths[p], weights };
    });
    return { layer, size, cells };
  }
  // The library that decomposes is fetched by those who decompose.
  const { factorize } = await import('../directions/nmf.js');
  const samples = { rows: places.length, columns: C, data: Float64Array.from(places.flatMap((row) => [...row])) };
  const { weights, directions } = factorize(samples, groups);
  const meanLength = Math.hypot(...mean);
  const cells = Array.from({ length: groups }, (_, k): GridCell => {
    const row = directions.data.subarray(k * C, (k + 1) * C);
    const own = places.map((_, p) => weights.data[p * groups + k]);
    // A group's direction has length 1: as much of the mean is taken out as it has.
    const share = row.reduce((sum, value, c) => sum + value * mean[c], 0) / meanLength ** 2;
    return { direction: less(row, share), strength: Math.max(...own), weights: own };
  });
  return { layer, size, cells };
}
