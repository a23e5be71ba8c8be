// The facets of a unit: the kinds of pictures that it answers to (Nguyen et al. 2016, Multifaceted Feature Visualization). Pictures of a
// class, or those in which a hidden unit is most active, are grouped by their codes in deeper layers; each group has a mean image, from
// which an optimization draws what the unit sees in that kind.
import { OptionError } from '../core/errors.js';
import type { ClusterOptions, Clusters } from '../facets/clusters.js';
import type { Context } from '../gpu/context.js';
import type { Model } from '../graph/model.js';
import { classLayers } from '../objectives/classes.js';
import { codes } from '../scan/codes.js';
import { type ScanProgress, scan } from '../scan/scan.js';
import type { OnUnreadable } from '../scan/source.js';
import type { ForwardOptions } from '../scene/forward.js';
import { type ImageId, idOf, isNumbers, loadImage, type SetImage } from '../scene/images.js';
import { createPreprocessor } from '../scene/input.js';
import { searchedLayers, type UnitLayer, unitLayers } from '../scene/unitLayers.js';
import type { Study } from '../synthesize/study.js';
import { preferredStudy } from './preferred.js';
import { targetOf } from './presets/target.js';
import { bestPictures } from './references.js';

/** Pictures whose facets are looked for: all, those that the net takes for the unit's class, or those in which the unit is most active. */
export type Choice = 'all' | 'class' | 'active';
export const CHOICES: readonly Choice[] = ['all', 'class', 'active'];

/** What a search for facets may be told. */
export interface FacetsOptions extends Omit<ClusterOptions, 'k'>, ForwardOptions {
  /** `layer:channel` */
  readonly unit: string;
  /** Number of facets; by default as many as the silhouette says. */
  readonly k?: number | 'auto';
  /** Layers whose activations are compared; by default `codeLayers`. */
  readonly layers?: readonly string[];
  /** By default `class` for a class, and `active` for any other unit. */
  readonly choose?: Choice;
  /** Pictures in which the unit is most active, with `active`. */
  readonly count?: number;
  /** Pictures nearest to the middle of a facet that its mean image is made of. MFV: 15. */
  readonly nearest?: number;
  /** Told after each batch of the scan of codes. */
  readonly onProgress?: (progress: Pick<ScanProgress, 'done' | 'total' | 'rate' | 'left'>) => void;
  /** Told of a picture that cannot be read, which is left out. By default such a picture ends the search. */
  readonly onUnreadable?: OnUnreadable;
}

/** One kind of pictures. */
export interface Facet {
  /** Its pictures, those nearest to its middle first. */
  readonly members: readonly ImageId[];
  /** `[C, H, W]` in the net's input layout: the mean of the nearest ones. */
  readonly mean: Float32Array;
}

/** The facets of a unit, the largest first. */
export interface Facets extends Omit<Clusters, 'groups' | 'distances'> {
  readonly unit: string;
  readonly layers: readonly string[];
  /** The pictures that were grouped: their facet, and their place on the map. */
  readonly images: readonly {
    readonly id: ImageId;
    readonly facet: number;
    readonly at: readonly [x: number, y: number];
  }[];
  readonly facets: readonly Facet[];
}

const COUNT = 200;
const NEAREST = 15;

/**
 * Layers whose codes tell pictures apart by what they show: the last two before the classes' scores whose units have no maps, or the mean
 * over the map of the last one that has. Each is scaled by itself. docs/facets.md compares choices:
 * no one of them is clearly the best.
 */
export function codeLayers(model: Model): readonly string[] {
  const { layers } = unitLayers(model);
  const [scores] = classLayers(model);
  const before = layers.slice(
    0,
    layers.findIndex(({ layer }) => layer === scores),
  );
  const flat = before.filter(({ shape: [, H, W] }) => H * W === 1);
  const taken = flat.length > 0 ? flat.slice(-2) : before.slice(-1);
  if (taken.length > 0) return taken.map(({ layer }) => layer);
  throw new OptionError('layers', `'${model.name}' has none before its scores; name some`);
}

/**
 * Finds the facets of a unit in pictures, which are looked at twice where not all are grouped.
 *
 * @throws OptionError for too few pictures, or `class` for a unit that is no class; UnknownNameError, ShapeError, NotFiniteError, ImageError
 */
export async function findFacets(
  ctx: Context,
  model: Model,
  images: readonly SetImage[],
  options: FacetsOptions,
): Promise<Facets> {
  const { unit, k = 'auto', layers = codeLayers(model), nearest = NEAREST, onProgress } = options;
  checkNearest(nearest);
  const found = searchedLayers(model, { layers }).layers;
  const chosen = await chosenFrom(ctx, model, images, options);
  const passed = passOn(options);
  const { states } = await scan(
    ctx,
    model,
    chosen,
    found.map((layer) => codesOf(layer)),
    { ...passed, ...(onProgress && { onProgress }) },
  );
  const [first] = states;
  const places = [...first.keys()].sort((a, b) => a - b);
  const rows = places.map((place) => states.map((state) => state.get(place)?.row ?? new Float32Array()));
  // The libraries that group are fetched by those who group.
  const { cluster, mapOf } = await import('../facets/clusters.js');
  const { groups, distances, ...clusters } = cluster(rows, { ...options, k });
  const map = mapOf(rows, options);
  const facets: Facet[] = [];
  for (let group = 0; group < clusters.k; group++) {
    const own = groups
      .flatMap((of, i) => (of === group ? [i] : []))
      .sort((a, b) => distances[a] - distances[b] || a - b);
    const members = own.map((i) => chosen[places[i]]);
    facets.push(await facetOf(ctx, model, members, nearest));
  }
  return {
    ...clusters,
    unit,
    layers,
    images: places.map((place, i) => ({ id: idOf(chosen[place], place), facet: groups[i], at: map[i] })),
    facets,
  };
}

/**
 * A facet of pictures that somebody chose, those that are most like it first: its mean image is made of the first `nearest`.
 *
 * @throws OptionError for no pictures, ImageError
 */
export async function facetOf(
  ctx: Context,
  model: Model,
  images: readonly SetImage[],
  nearest = NEAREST,
): Promise<Facet> {
  checkNearest(nearest);
  if (images.length === 0) throw new OptionError('images', 'must be at least one: a facet of none has no mean');
  return { members: images.map(idOf), mean: await meanOf(ctx, model, images.slice(0, nearest)) };
}

function checkNearest(nearest: number): void {
  if (!(Number.isInteger(nearest) && nearest >= 1))
    throw new OptionError('nearest', `must be a whole number from 1, got ${nearest}`);
}

/** How a run draws each facet: its study, one image of the batch for each, and the pictures that they start from. */
export interface FacetStudy {
  readonly study: Study;
  /** `pictures` of `synthesize` and `render`. */
  readonly pictures: readonly SetImage[];
}

/** The name of a facet's mean image, as recipes and files call it. */
export const meanName = (facet: number): string => `mean-${facet + 1}.png`;

/**
 * A study of each facet's image, from its mean image, by a preset whose image is pixels. MFV's own is `mfvMean`.
 *
 * @throws UnknownNameError, OptionError
 */
export function facetStudy(model: Model, { unit, facets }: Facets, preset = 'spectrum', steps?: number): FacetStudy {
  const study = preferredStudy(model, {
    unit,
    preset,
    seeds: facets.map((_, facet) => facet),
    starts: facets.map((_, facet) => ({ by: 'picture', picture: meanName(facet) })),
    ...(steps !== undefined && { steps }),
  });
  return { study, pictures: facets.map(({ mean }, facet) => ({ id: meanName(facet), input: mean })) };
}

/** The pictures to be grouped, by the same ids. */
async function chosenFrom(
  ctx: Context,
  model: Model,
  images: readonly SetImage[],
  options: FacetsOptions,
): Promise<readonly SetImage[]> {
  const target = targetOf(model, options.unit);
  const { choose = target.kind === 'class' ? 'class' : 'active', count = COUNT } = options;
  const named = images.map((image, i) => withId(image, idOf(image, i)));
  if (choose === 'all') return named;
  if (choose === 'active') {
    const best = new Set(await bestPictures(ctx, model, target.address, named, count, passOn(options)));
    return named.filter((image, i) => best.has(idOf(image, i)));
  }
  if (target.kind !== 'class')
    throw new OptionError('choose', `'class' is for a class, and ${options.unit} is none; take active or all`);
  const { layer, channel } = target.address;
  const [scores] = searchedLayers(model, { layers: [layer] }).layers;
  const { states } = await scan(ctx, model, named, [codesOf(scores)], passOn(options));
  return named.filter((_, i) => {
    const row = states[0].get(i)?.row;
    return row !== undefined && row.indexOf(row.reduce((a, b) => Math.max(a, b))) === channel;
  });
}

/** Codes of a whole image: of a map its mean. */
const codesOf = (layer: UnitLayer) => codes(layer, { places: 'mean' });

/** An image that keeps its name when others are left out. */
function withId(image: SetImage, id: ImageId): SetImage {
  if ('id' in image) return image;
  return { id, picture: image };
}

const passOn = ({ inputs, signal, onUnreadable }: FacetsOptions) => ({
  ...(inputs && { inputs }),
  ...(signal && { signal }),
  ...(onUnreadable && { onUnreadable }),
});

async function meanOf(ctx: Context, model: Model, images: readonly SetImage[]): Promise<Float32Array> {
  using preprocessor = createPreprocessor(ctx, model);
  let sum: Float64Array | undefined;
  for (const [i, image] of images.entries()) {
    const { content } = await loadImage(image, i);
    const input = isNumbers(content) ? content : await preprocessor.read(content);
    sum ??= new Float64Array(input.length);
    for (const [j, value] of input.entries()) sum[j] += value / images.length;
  }
  return Float32Array.from(sum ?? []);
}
