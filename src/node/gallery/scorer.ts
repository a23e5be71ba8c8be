// Scores of made pictures beside real ones: how far they raise their units, what a second net says, how natural they look.
import { mean, median, standardDeviation } from 'simple-statistics';
import { OptionError } from '../../core/errors.js';
import type { Context } from '../../gpu/context.js';
import type { Model } from '../../graph/model.js';
import { type Judgement, judge, sameClass } from '../../methods/judge.js';
import { targetOf } from '../../methods/presets/target.js';
import { type ImageScore, nearestDistance } from '../../methods/search.js';
import type { Picture } from '../../scene/input.js';
import { roughness, spectrumSlope } from '../../scene/measures.js';
import { parseUnit } from '../../scene/unit.js';
import { openPicture } from '../commands/inputs.js';
import { findPiece, picturesOf } from './files.js';

/** Nearest real pictures that a distance is the mean of. */
export const NEAREST = 5;

/** A finished picture, its unit, and where it stands. */
export interface ShownTile {
  readonly picture: Picture;
  readonly unit: string;
  /** Places of the piece among those given, and of the tile in it. */
  readonly piece: number;
  readonly tile: number;
}

/** Scores pictures, in their order, and tells the features that the judge saw. */
export type Scorer = (
  shown: readonly Pick<ShownTile, 'picture' | 'unit'>[],
) => Promise<readonly { readonly score: ImageScore; readonly features: Float32Array }[]>;

/** With what pictures are compared. */
export interface ScorerOptions {
  /** The judge: the net itself, or a second one with the same classes. */
  readonly second: Model;
  /** Real pictures, as `openPicture` takes them. */
  readonly images: readonly string[];
  /** Layers of the units. */
  readonly layers: readonly string[];
}

/** Looks at the real pictures once. @throws OptionError for too few pictures, or a net without classes, ImageError */
export async function createScorer(
  ctx: Context,
  model: Model,
  { second, images, layers }: ScorerOptions,
): Promise<Scorer> {
  if (images.length <= NEAREST) throw new OptionError('--images', `needs more than ${NEAREST}, got ${images.length}`);
  const real: Picture[] = [];
  for (const image of images) real.push(await openPicture(image));
  const realOwn = await judge(ctx, model, real, layers);
  const realSeen = second === model ? realOwn : await judge(ctx, second, real);
  const rows = realSeen.map(({ features }) => features);
  const usual = median(rows.map((row) => nearestDistance(row, rows, NEAREST))) || 1;
  const slopes = spread(real.map(spectrumSlope));
  const roughnesses = spread(real.map(roughness));
  const best = (unit: string) => {
    const { layer, channel } = parseUnit(unit);
    return Math.max(...realOwn.map(({ peaks }) => peaks.get(layer)?.[channel] ?? 0));
  };
  const score = (picture: Picture, unit: string, own: Judgement, seen: Judgement): ImageScore => {
    const { layer, channel } = parseUnit(unit);
    const target = targetOf(model, unit);
    const { probabilities, features } = seen;
    const peaks = own.peaks.get(layer) ?? new Float32Array();
    const wanted = target.kind === 'class' ? sameClass(model, target.class, second, probabilities.length) : undefined;
    return {
      reached: (peaks[channel] ?? 0) / Math.max(best(unit), Number.MIN_VALUE),
      leads: largest(peaks) === channel,
      ...(wanted !== undefined && { transfer: probabilities[wanted], named: largest(probabilities) === wanted }),
      slope: (spectrumSlope(picture) - slopes.mean) / slopes.deviation,
      variation: (roughness(picture) - roughnesses.mean) / roughnesses.deviation,
      distance: nearestDistance(features, rows, NEAREST) / usual,
    };
  };
  return async (shown) => {
    const made = shown.map(({ picture }) => picture);
    const own = await judge(ctx, model, made, layers);
    const seen = second === model ? own : await judge(ctx, second, made);
    return shown.map(({ picture, unit }, i) => ({
      score: score(picture, unit, own[i], seen[i]),
      features: seen[i].features,
    }));
  };
}

/** The pictures of finished pieces, without dead ones. @throws OptionError where a piece is missing */
export async function tilesOf(
  folder: string,
  pieces: readonly { readonly id: string; readonly tiles: readonly { readonly unit: string }[] }[],
): Promise<readonly ShownTile[]> {
  const shown: ShownTile[] = [];
  for (const [i, piece] of pieces.entries()) {
    const made = await findPiece(folder, piece);
    if (!made) {
      throw new OptionError('folder', `${folder} lacks the piece ${piece.id}; run the command that made it again`);
    }
    const pictures = await picturesOf(made);
    for (const [tile, { unit, dead }] of made.tiles.entries())
      if (!dead) shown.push({ picture: pictures[tile], unit, piece: i, tile });
  }
  return shown;
}

const largest = (values: Float32Array): number => values.indexOf(values.reduce((a, b) => Math.max(a, b)));

/** What real pictures have: the mean, and how far they are from it. One that all have alike is taken as 1 apart. */
const spread = (values: readonly number[]) => ({
  mean: mean([...values]),
  deviation: standardDeviation([...values]) || 1,
});
