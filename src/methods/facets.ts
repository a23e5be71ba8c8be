// The facets of a unit: the kinds of pictures that it answers to (Nguyen et al. 2016, Multifaceted Feature Visualization). Pictures of a
// class, or those in which a hidden unit is most active, are grouped by their codes in deeper layers; each group has a mean image, from
// which an optimization draws what the unit sees in that kind.
import { relevanceTo } from '../attribute/relevance.js';
import { OptionError } from '../core/errors.js';
import type { ClusterOptions, Clusters } from '../facets/clusters.js';
import type { Context } from '../gpu/context.js';
import { layerNames, type Model } from '../graph/model.js';
import { classLayers } from '../objectives/classes.js';
import { type Codes, codes } from '../scan/codes.js';
import type { Collector } from '../scan/collector.js';
import { type ScanProgress, scan } from '../scan/scan.js';
import type { OnUnreadable } from '../scan/source.js';
import { bottlenecks } from '../scene/bottlenecks.js';
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
  /**
   * What is compared, by default `codeNames`: `fc6`, or with maps their mean, `conv4@max`, the maximum over each map, and `fc6@relevance`,
   * the activation times the gradient of the unit, summed over each map.
   */
  readonly codes?: readonly string[];
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
  readonly codes: readonly string[];
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
 * Codes that tell pictures of a unit apart by what they show, each scaled by itself. Of a class: the relevances of the last two layers
 * without maps and of the last convolution but one, and the latter's maxima. Of any other unit: the activations of the last two layers
 * without maps, or of the last one with maps. docs/facets.md compares choices.
 *
 * @throws OptionError where the net has no such layers
 */
export function codeNames(model: Model, unit: string): readonly string[] {
  const { layers } = unitLayers(model);
  const [scores] = classLayers(model);
  // What nothing reads leads to no scores: directions of a layer, further heads.
  const read = new Set(model.layers.flatMap(({ inputs, output }) => inputs.filter((input) => input !== output)));
  const before = layers
    .slice(
      0,
      layers.findIndex(({ layer }) => layer === scores),
    )
    .filter(({ layer }) => read.has(layer));
  const flat = before.filter(({ shape: [, H, W] }) => H * W === 1).slice(-2);
  const names = (flat.length > 0 ? flat : before.slice(-1)).map(({ layer }) => layer);
  if (names.length === 0) throw new OptionError('codes', `'${model.name}' has no layer before its scores; name some`);
  if (targetOf(model, unit).kind !== 'class') return names;
  const pooled = new Set(model.layers.filter(({ type }) => /pool/i.test(type)).map(({ output }) => output));
  const all = new Set(bottlenecks(model));
  const maps = before.filter(({ layer, shape: [, H, W] }) => H * W > 1 && all.has(layer) && !pooled.has(layer));
  const deep = maps.slice(-2, -1).flatMap(({ layer }) => [`${layer}@relevance`, `${layer}@max`]);
  return [...names.map((layer) => `${layer}@relevance`), ...deep];
}

const KINDS = ['mean', 'max', 'relevance'] as const;

/** Layer and kind of a code's name: a layer may have an `@` in its own, such as one of directions. @throws OptionError */
function codeNamed(model: Model, name: string): { readonly layer: string; readonly kind: (typeof KINDS)[number] } {
  const at = name.lastIndexOf('@');
  if (at < 0 || layerNames(model).includes(name)) return { layer: name, kind: 'mean' };
  const kind = KINDS.find((own) => own === name.slice(at + 1));
  if (kind) return { layer: name.slice(0, at), kind };
  throw new OptionError('codes', `'${name}' must be a layer, or one with @${KINDS.join(' or @')}`);
}

/** The layers of codes, by the codes' names: to be checked before anything is computed. @throws OptionError, UnknownNameError */
export function layersOfCodes(model: Model, codes: readonly string[]): readonly UnitLayer[] {
  const names = codes.map((name) => codeNamed(model, name).layer);
  const different = [...new Set(names)];
  const { layers } = searchedLayers(model, { layers: different });
  return names.map((name) => layers[different.indexOf(name)]);
}

/** Collectors of the codes of a unit, by the codes' names. @throws OptionError, UnknownNameError */
export function codesNamed(model: Model, unit: string, names: readonly string[]): readonly Collector<Codes>[] {
  const { address } = targetOf(model, unit);
  return layersOfCodes(model, names).map((layer, i) => {
    const { kind } = codeNamed(model, names[i]);
    if (kind === 'relevance') return codes(layer, { places: 'sum', read: relevanceTo(address) });
    return codes(layer, { places: kind });
  });
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
  const { unit, k = 'auto', codes: named = codeNames(model, unit), nearest = NEAREST, onProgress } = options;
  checkNearest(nearest);
  const collectors = codesNamed(model, unit, named);
  const chosen = await chosenFrom(ctx, model, images, options);
  const passed = passOn(options);
  const { states } = await scan(ctx, model, chosen, collectors, { ...passed, ...(onProgress && { onProgress }) });
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
    codes: named,
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
  const { states } = await scan(ctx, model, named, [codes(scores, { places: 'mean' })], passOn(options));
  return named.filter((_, i) => {
    const row = states[0].get(i)?.row;
    return row !== undefined && row.indexOf(row.reduce((a, b) => Math.max(a, b))) === channel;
  });
}

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
