// An atlas of what a layer sees: activations at one random place of each of many pictures, on a map where like ones are near each other, with
// an image of the mean activation in each square of the map (Carter et al. 2019, Activation Atlas, Distill). docs/methods/atlas.md.
import { contributions } from '../attribute/contributions.js';
import { OptionError } from '../core/errors.js';
import type { WhitenBy } from '../directions/whitening.js';
import type { LayoutOptions, MapPoint } from '../facets/layout.js';
import type { Context } from '../gpu/context.js';
import type { Model } from '../graph/model.js';
import { logitLayer } from '../objectives/classes.js';
import { type Codes, codes } from '../scan/codes.js';
import type { Collector } from '../scan/collector.js';
import { placesOf, placesWithin, samples } from '../scan/samples.js';
import { type ScanProgress, scan } from '../scan/scan.js';
import type { OnUnreadable } from '../scan/source.js';
import type { ForwardOptions } from '../scene/forward.js';
import type { ImageId, SetImage } from '../scene/images.js';
import { searchedLayers, type UnitLayer } from '../scene/unitLayers.js';

/** What an atlas may be told. */
export interface AtlasOptions extends LayoutOptions, ForwardOptions {
  readonly layer: string;
  /** Squares along each side of the map, one number for each level of detail. */
  readonly grids?: readonly number[];
  /** Activations that a square must hold to be shown. Carter et al.: 5 or 10. */
  readonly least?: number;
  /** Rows and columns at each edge of the layer's map that no activation is taken from: padding is seen there. */
  readonly border?: number;
  /** What icons' directions are compared with: the mean activation, or zero as in lucid. */
  readonly whiten?: WhitenBy;
  /** Added to the diagonal of the covariance, as a share of its mean. */
  readonly ridge?: number;
  /** The map, where it was drawn before: a point for each activation that is not zero. */
  readonly map?: readonly MapPoint[];
  /** Called after each batch of pictures. */
  readonly onProgress?: (progress: Pick<ScanProgress, 'done' | 'total' | 'rate' | 'left'>) => void;
  /** Told of a picture that cannot be read, which is left out. By default such a picture ends the work. */
  readonly onUnreadable?: OnUnreadable;
}

/** One activation of the atlas. */
export interface AtlasPoint {
  readonly id: ImageId;
  /** Row and column in the layer's map. */
  readonly place: readonly [y: number, x: number];
  /** On the map, from 0 to 1: to the right, and down. */
  readonly at: readonly [x: number, y: number];
  /** The class that the net takes the whole picture for. */
  readonly predicted: number;
}

/** How much the activations of a square contribute to a class, on average. */
export interface ClassShare {
  readonly class: number;
  readonly contribution: number;
}

/** A square of the map. */
export interface AtlasCell {
  readonly column: number;
  readonly row: number;
  /** Places in `points`: those whose activations are most like the mean first. */
  readonly members: readonly number[];
  /** What the icon is made for: the mean activation, whitened, `[C]` of length 1. */
  readonly direction: readonly number[];
  /** The classes to which they contribute most. */
  readonly classes: readonly ClassShare[];
}

/** The squares of one grid. */
export interface AtlasLevel {
  readonly side: number;
  readonly cells: readonly AtlasCell[];
}

/** The atlas of a layer, without its icons. */
export interface Atlas {
  readonly layer: string;
  readonly points: readonly AtlasPoint[];
  readonly levels: readonly AtlasLevel[];
  /** Contributions are to these: all classes, or the one that the net predicts of each picture. */
  readonly contributionsTo: 'all' | 'predicted';
}

/** The ways of whitening, by name. */
export const WHITEN_BY: readonly WhitenBy[] = ['covariance', 'correlation'];
const GRIDS: readonly number[] = [8, 16];
const LEAST = 5;
/** Of a layer with wider maps the outermost places are left out. */
const BORDER = 1;
/** Classes that each picture is asked about, at most: each costs a backward pass. Beyond, only the predicted one is. */
const MOST_CLASSES = 32;
const SHOWN_CLASSES = 3;

/** What is collected of each picture: the activation at its place, the scores of the classes, and contributions to them. */
export function atlasCollectors(
  model: Model,
  { layer: name, seed = 0, border = BORDER, inputs }: AtlasOptions,
): { readonly layer: UnitLayer; readonly classes: number; readonly collectors: readonly Collector<Codes>[] } {
  const given = inputs && { inputs };
  const [layer] = searchedLayers(model, { layers: [name], ...given }).layers;
  const [scores] = searchedLayers(model, { layers: [logitLayer(model)], ...given }).layers;
  const [classes] = scores.shape;
  const how = { perImage: 1, seed, border };
  return {
    layer,
    classes,
    collectors: [
      samples(layer, how),
      codes(scores, { places: 'mean' }),
      samples(layer, { ...how, read: contributions(classes <= MOST_CLASSES ? classes : 'predicted') }),
    ],
  };
}

/**
 * Makes the atlas of a layer over pictures: everything but its icons. Activations of zeros have no direction and are left out.
 *
 * @throws OptionError for too few pictures, or none of whose squares hold enough; UnknownNameError, ShapeError, NotFiniteError, ImageError
 */
export async function findAtlas(
  ctx: Context,
  model: Model,
  images: readonly SetImage[],
  options: AtlasOptions,
): Promise<Atlas> {
  const { inputs, signal, onProgress, onUnreadable } = options;
  checkGrids(options);
  const { layer, collectors } = atlasCollectors(model, options);
  const { states } = await scan(ctx, model, images, collectors, {
    ...(inputs && { inputs }),
    ...(signal && { signal }),
    ...(onUnreadable && { onUnreadable }),
    ...(onProgress && { onProgress }),
  });
  signal?.throwIfAborted();
  return atlasOf(layer, states, options);
}

/** The atlas of what was collected by `atlasCollectors`. @throws OptionError */
export async function atlasOf(layer: UnitLayer, states: readonly Codes[], options: AtlasOptions): Promise<Atlas> {
  const { seed = 0, grids = GRIDS, least = LEAST, border = BORDER, whiten, ridge, map } = options;
  const [, H, W] = layer.shape;
  const [activations, scores, shares] = states;
  const rows = [...activations]
    .filter(([, { row }]) => row.some((value) => value !== 0))
    .sort(([a], [b]) => a - b)
    .map(([index, { id, row }]) => ({ index, id, row }));
  // The libraries that draw maps and turn matrices are fetched by those who make an atlas.
  const { umapOf, inSquare, binned } = await import('../facets/layout.js');
  const { whiteningOf, whitened } = await import('../directions/whitening.js');
  const allowed = placesWithin(H, W, border);
  const at =
    map ??
    inSquare(
      umapOf(
        rows.map(({ row }) => row),
        options,
      ),
    );
  if (at.length !== rows.length)
    throw new OptionError('map', `has ${at.length} points for ${rows.length} activations; draw it anew`);
  const points = rows.map(({ index, id }, i): AtlasPoint => {
    const place = allowed[placesOf(index, 1, allowed.length, seed)[0]];
    return { id, place: [Math.floor(place / W), place % W], at: at[i], predicted: greatest(rowOf(scores, index)) };
  });
  const [columns] = layer.shape;
  const whitening = whiteningOf(
    { rows: rows.length, columns, data: Float64Array.from(rows.flatMap(({ row }) => [...row])) },
    { ...(whiten && { by: whiten }), ...(ridge !== undefined && { ridge }) },
  );
  const toAll = [...shares.values()].some(({ row }) => row.length > 1);
  const levels = grids.map(
    (side): AtlasLevel => ({
      side,
      cells: binned(at, side, least).map(({ column, row, members }): AtlasCell => {
        const mean = meanOf(members.map((i) => rows[i].row));
        const classes = new Map<number, number>();
        for (const i of members) {
          const own = rowOf(shares, rows[i].index);
          for (const [c, value] of own.entries()) {
            const name = toAll ? c : points[i].predicted;
            classes.set(name, (classes.get(name) ?? 0) + value / members.length);
          }
        }
        const likeness = new Map(members.map((i) => [i, cosine(rows[i].row, mean)]));
        return {
          column,
          row,
          members: [...members].sort((a, b) => (likeness.get(b) ?? 0) - (likeness.get(a) ?? 0) || a - b),
          direction: [...whitened(whitening, mean)],
          classes: [...classes]
            .map(([index, contribution]): ClassShare => ({ class: index, contribution }))
            .sort((a, b) => b.contribution - a.contribution || a.class - b.class)
            .slice(0, SHOWN_CLASSES),
        };
      }),
    }),
  );
  if (levels.every(({ cells }) => cells.length === 0)) {
    throw new OptionError(
      'least',
      `no square holds ${least} of the ${rows.length} activations; take more pictures, or fewer`,
    );
  }
  return { layer: layer.layer, points, levels, contributionsTo: toAll ? 'all' : 'predicted' };
}

function checkGrids({ grids = GRIDS }: AtlasOptions): void {
  const wrong = grids.find((side) => !(Number.isInteger(side) && side >= 1));
  if (grids.length === 0 || wrong !== undefined)
    throw new OptionError('grids', `must be whole numbers from 1, got '${grids.join()}'`);
}

const rowOf = (codes: Codes, index: number): Float32Array => codes.get(index)?.row ?? new Float32Array();

const greatest = (row: Float32Array): number =>
  row.indexOf(row.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY));

function meanOf(rows: readonly Float32Array[]): Float64Array {
  const sum = new Float64Array(rows[0].length);
  for (const row of rows) for (const [c, value] of row.entries()) sum[c] += value / rows.length;
  return sum;
}

function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [dot, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    dot += a[i] * b[i];
    aa += a[i] * a[i];
    bb += b[i] * b[i];
  }
  return dot / Math.sqrt(aa * bb);
}
