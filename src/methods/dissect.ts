// Network Dissection (Bau et al. 2017): which concept a unit answers to, by the overlap of its most active places with labels. Two scans:
// one for each unit's threshold, which a share of its activations exceeds (§2.2), and one that counts the places above it.
//
// Differences from the authors' code (NetDissect, 2018-01): thresholds are exact up to 2^24 kept numbers, else within 0.013 %; a label that
// stands in several categories is a concept in each; labels are read at the nearest pixel; equal overlaps go to the first concept.
import { OptionError } from '../core/errors.js';
import { sizeOf } from '../core/shape.js';
import type { Context } from '../gpu/context.js';
import type { Model } from '../graph/model.js';
import type { Collector } from '../scan/collector.js';
import { type Greatest, greatest, rankedOf } from '../scan/greatest.js';
import { type Overlaps, overlaps } from '../scan/overlaps.js';
import { type Quantiles, quantileOf, quantiles } from '../scan/quantiles.js';
import { type ScanOptions, scan } from '../scan/scan.js';
import { type Scan, scannedOf } from '../scan/state.js';
import { type TopK, topK } from '../scan/topK.js';
import type { ImageId, SetImage } from '../scene/images.js';
import {
  type Concept,
  categoriesOf,
  type LabelledSet,
  type LabelSize,
  labelSize,
  type PlacedLabels,
  placedLabels,
} from '../scene/labels.js';
import { checkTakesPictures } from '../scene/picture.js';
import { searchedLayers, type UnitLayer, unitLayers } from '../scene/unitLayers.js';
import { type Grid, gridOf } from '../scene/upsampling.js';

/** What a dissection may be told. */
export interface DissectOptions {
  /** Layers or blobs with maps, in their final content after in-place layers; default all convolutions, or else all layers with maps. */
  readonly layers?: readonly string[];
  /** Share of a unit's activations above its threshold. */
  readonly quantile?: number;
  /** A unit whose best overlap is greater is a detector. */
  readonly iou?: number;
  /** Places, over the net's input, at which labels and activations are compared; default `labelSize`. */
  readonly size?: LabelSize;
  /** Pictures kept per unit, those in which it is most active. */
  readonly k?: number;
  /** Numbers that may be kept for exact thresholds; default 2^24. Where more are needed, they are read from buckets. */
  readonly most?: number;
}

/** How a unit's activation became its threshold: exactly, or with a relative error of at most `bound`. */
export interface ThresholdBound {
  readonly exact: boolean;
  readonly bound: number;
}

/** What a dissection compares: all that can be checked before any picture is read. */
export interface DissectionPlan {
  readonly model: Model;
  readonly layers: readonly UnitLayer[];
  readonly grids: readonly Grid[];
  readonly size: LabelSize;
  readonly quantile: number;
  readonly iou: number;
  readonly k: number;
  readonly images: number;
  readonly concepts: readonly Concept[];
  readonly thresholds: ThresholdBound;
}

/** A concept beside a unit, in places of all pictures. */
export interface Overlap {
  readonly category: string;
  /** Empty where the unit meets no concept of the category. */
  readonly label: string;
  /** Σ|L_c| */
  readonly truth: number;
  /** Σ|M_k| over the pictures that are annotated with the category. */
  readonly activation: number;
  readonly intersect: number;
  /** intersect / (truth + activation − intersect); 0 where there is neither. */
  readonly iou: number;
}

/** What a unit answers to. */
export interface DissectedUnit {
  readonly unit: number;
  readonly threshold: number;
  /** The greatest activation. */
  readonly greatest: number;
  /** `dead`: it is never above 0 and everywhere the same. `constant`: everywhere the same. Neither has places above its threshold. */
  readonly quiet?: 'dead' | 'constant';
  /** The best of all categories. */
  readonly best: Overlap;
  /** The best of each category. */
  readonly categories: readonly Overlap[];
  readonly detector: boolean;
  /** Pictures in which it is most active, the best first, and the activation there. */
  readonly top: readonly { readonly image: ImageId; readonly value: number }[];
}

/** A layer's units, and the concepts that its detectors cover. */
export interface DissectedLayer {
  readonly layer: string;
  readonly units: readonly DissectedUnit[];
  readonly detectors: number;
  /** In the order of `concepts`, with the units that detect each. */
  readonly covered: readonly (Concept & { readonly units: number })[];
}

/** The result of a dissection. Plain data: JSON keeps it. */
export interface Dissection {
  readonly model: string;
  readonly source: string;
  readonly images: number;
  readonly skipped: readonly ImageId[];
  readonly quantile: number;
  readonly iou: number;
  readonly size: LabelSize;
  readonly thresholds: ThresholdBound;
  /** Pictures annotated with each category, and how many concepts it has there. */
  readonly categories: readonly { readonly name: string; readonly images: number; readonly concepts: number }[];
  readonly layers: readonly DissectedLayer[];
}

/** Numbers of float32 that are kept for exact thresholds: 64 MiB. */
const MOST_KEPT = 2 ** 24;
/** Bits of buckets where more were needed: their middles are within 2^−13, or 0.013 %. */
const BITS = 12;

/**
 * Checks what is asked for. @throws OptionError, ShapeError, UnknownNameError, ImageError
 */
export function planDissection(
  model: Model,
  { concepts, images }: LabelledSet,
  options: DissectOptions = {},
): DissectionPlan {
  const { quantile = 0.005, iou = 0.04, k = 10, most = MOST_KEPT, size = labelSize(model) } = options;
  checkTakesPictures(model);
  if (!(quantile > 0 && quantile < 1)) {
    throw new OptionError('quantile', `must be a share between 0 and 1, such as 0.005, got ${quantile}`);
  }
  if (!(iou >= 0 && iou < 1)) throw new OptionError('iou', `must be from 0 to below 1, such as 0.04, got ${iou}`);
  if (!size.every((side) => Number.isInteger(side) && side >= 1 && side <= 4096)) {
    throw new OptionError('size', `must be rows and columns from 1 to 4096, got ${size.join('x')}`);
  }
  if (concepts.length === 0) throw new OptionError('concepts', 'there are none; label pictures with at least one');
  if (images.length === 0) throw new OptionError('images', 'there are none');
  const { layers } = searchedLayers(model, { layers: options.layers ?? mappedLayers(model) });
  for (const { layer, shape } of layers) {
    if (shape[1] * shape[2] > 1) continue;
    throw new OptionError(
      'layers',
      `the units of '${layer}' have no map, so nothing tells where they are active; name layers before it`,
    );
  }
  const grids = layers.map(({ layer, shape: [, H, W] }) => gridOf(model, layer, [H, W], size));
  const kept = layers.reduce((sum, { shape }) => sum + shape[0] * keptOf(shape, images.length, quantile), 0);
  const exact = kept <= most;
  const thresholds = { exact, bound: exact ? 0 : 2 ** -(BITS + 1) };
  return { model, layers, grids, size, quantile, iou, k, images: images.length, concepts, thresholds };
}

/** Convolutions in their final content, or all layers with maps where a net has none. */
function mappedLayers(model: Model): readonly string[] {
  const { layers } = unitLayers(model);
  const mapped = layers.filter(({ shape: [, H, W] }) => H * W > 1).map(({ layer }) => layer);
  const convolutions = new Set(model.layers.filter(({ type }) => /^conv/i.test(type)).map(({ output }) => output));
  const found = mapped.filter((layer) => convolutions.has(layer));
  const names = found.length > 0 ? found : mapped;
  if (names.length === 0) throw new OptionError('layers', `'${model.name}' has none with maps`);
  return names;
}

/** Activations of a unit that may be above its threshold, of `count` in all. */
const above = (count: number, share: number): number => Math.floor(count * share + 1e-9);
/** The activations of a unit that must be kept to know the first one that is not above. */
const keptOf = (shape: UnitLayer['shape'], images: number, share: number): number =>
  above((images * sizeOf(shape)) / shape[0], share) + 1;

/** What the first scan collects: the tail of each unit, its pictures, and buckets where the tail is too long. */
export type ThresholdStates = readonly [Collector<Greatest>, Collector<TopK>, ...Collector<Quantiles>[]];

/** The collectors of the first scan, from whose states `thresholdsOf` takes the thresholds. */
export function thresholdCollectors({ layers, images, quantile, thresholds, k }: DissectionPlan): ThresholdStates {
  const keep = layers.map(({ shape }) => (thresholds.exact ? keptOf(shape, images, quantile) : 1));
  const buckets = thresholds.exact ? [] : [quantiles(layers, { bits: BITS })];
  return [greatest(layers, { keep }), topK(layers, { k: Math.min(k, images) }), ...buckets];
}

/** Each unit's threshold: the smallest of its activations that at most the share `quantile` of them exceed. */
export function thresholdsOf(plan: DissectionPlan, found: Scan<ThresholdStates>): readonly Float64Array[] {
  const [tails, , sketches] = thresholdCollectors(plan);
  const [tail, , sketch] = found.states;
  if (tail.images === 0) throw new OptionError('images', 'none could be read, so no unit has a threshold');
  return plan.layers.map(({ shape }, l) => {
    const count = (tail.images * sizeOf(shape)) / shape[0];
    const rank = above(count, plan.quantile);
    const q = count > 1 ? Math.min(1, (count - 1 - rank + 0.5) / (count - 1)) : 1;
    return Float64Array.from({ length: shape[0] }, (_, c) =>
      sketch ? quantileOf(sketch, sketches, l, c, q) : rankedOf(tail, tails, l, c, rank),
    );
  });
}

/** What the second scan collects. `labels` tells those of the pictures of a batch. */
export function overlapCollectors(
  { layers, grids, concepts }: DissectionPlan,
  thresholds: readonly Float64Array[],
  labels: (index: number) => PlacedLabels,
): readonly [Collector<Overlaps>] {
  const meaning = concepts.map(({ category, name }) => `${category}/${name}`).join(', ');
  const categories = categoriesOf(concepts).of;
  return [overlaps(layers, { thresholds, grids, categories, meaning, labels: ({ index }) => labels(index) })];
}

/**
 * A labelled set as pictures for the two scans, which leave out the same ones: a picture with labels that cannot be read is in neither.
 * The second scan's are remembered with their labels until these are taken.
 */
export function labelledPictures(
  plan: Pick<DissectionPlan, 'model' | 'size'>,
  { images }: LabelledSet,
): {
  readonly plain: readonly SetImage[];
  readonly labelled: readonly SetImage[];
  /** The labels of a picture that the second scan was given, by its place in the set; they are forgotten then. */
  take(index: number): PlacedLabels;
} {
  const waiting = new Map<number, PlacedLabels>();
  const read = (use: (index: number, labels: PlacedLabels) => void) =>
    images.map(
      ({ id, load }, index): SetImage => ({
        id,
        picture: async () => {
          const loaded = await load();
          use(index, placedLabels(plan.model, loaded, plan.size));
          return loaded.picture;
        },
      }),
    );
  return {
    plain: read(() => undefined),
    labelled: read((index, labels) => waiting.set(index, labels)),
    take(index) {
      const labels = waiting.get(index) ?? [];
      waiting.delete(index);
      return labels;
    },
  };
}

/** Reads both scans. Dead and constant units overlap with nothing. */
export function dissectionOf(
  plan: DissectionPlan,
  source: string,
  found: Scan<ThresholdStates>,
  counted: Scan<readonly [Collector<Overlaps>]>,
): Dissection {
  const { model, layers, concepts, quantile, iou, size } = plan;
  const thresholds = thresholdsOf(plan, found);
  const [tails] = thresholdCollectors(plan);
  const [tail, best] = found.states;
  const [{ annotated, truth, layers: counts }] = counted.states;
  const { names, of } = categoriesOf(concepts);
  const k = best.layers[0].values.length / layers[0].shape[0];

  const overlapOf = (l: number, unit: number, category: number): Overlap => {
    const { activation, intersect } = counts[l];
    const active = activation[unit * names.length + category];
    let most: Overlap = { category: names[category], label: '', truth: 0, activation: active, intersect: 0, iou: 0 };
    for (let c = 0; c < concepts.length; c++) {
      const both = intersect[unit * concepts.length + c];
      if (of[c] !== category || both === 0) continue;
      const overlap = both / (truth[c] + active - both);
      if (!(overlap > most.iou)) continue;
      most = { ...most, label: concepts[c].name, truth: truth[c], intersect: both, iou: overlap };
    }
    return most;
  };

  return {
    model: model.name,
    source,
    images: scannedOf(counted) - counted.skipped.length,
    skipped: counted.skipped.map(({ id }) => id),
    quantile,
    iou,
    size,
    thresholds: plan.thresholds,
    categories: names.map((name, i) => ({
      name,
      images: annotated[i],
      concepts: of.filter((own, c) => own === i && truth[c] > 0).length,
    })),
    layers: layers.map(({ layer, shape: [C] }, l) => {
      const units = Array.from({ length: C }, (_, unit): DissectedUnit => {
        const most = rankedOf(tail, tails, l, unit, 0);
        const least = tail.layers[l].least[unit];
        const categories = names.map((_, i) => overlapOf(l, unit, i));
        const first = categories.reduce((a, b) => (b.iou > a.iou ? b : a));
        const { values, images } = best.layers[l];
        return {
          unit,
          threshold: thresholds[l][unit],
          greatest: most,
          ...(most === least && { quiet: most <= 0 ? 'dead' : 'constant' }),
          best: first,
          categories,
          detector: first.iou > iou,
          top: Array.from({ length: best.count }, (_, i) => ({
            image: images[unit * k + i],
            value: values[unit * k + i],
          })),
        };
      });
      const detectors = units.filter(({ detector }) => detector);
      const covered = concepts.map((concept) => ({
        ...concept,
        units: detectors.filter(
          ({ best: { category, label } }) => category === concept.category && label === concept.name,
        ).length,
      }));
      return { layer, units, detectors: detectors.length, covered: covered.filter((concept) => concept.units > 0) };
    }),
  };
}

/** What a dissection may be told beside what it compares: as a scan, for each of the two. */
export type DissectRun = Pick<ScanOptions, 'batch' | 'inputs' | 'signal' | 'onUnreadable' | 'onProgress'>;

/**
 * Dissects the units of a net with a set of labelled pictures, which are looked at twice.
 *
 * @throws OptionError, ShapeError, UnknownNameError, NotFiniteError, ImageError; also where it was aborted before its end
 */
export async function dissect(
  ctx: Context,
  model: Model,
  set: LabelledSet,
  options: DissectOptions & DissectRun = {},
): Promise<Dissection> {
  const plan = planDissection(model, set, options);
  const { batch, inputs, signal, onUnreadable, onProgress } = options;
  const run: DissectRun = {
    ...(batch !== undefined && { batch }),
    ...(inputs && { inputs }),
    ...(signal && { signal }),
    ...(onUnreadable && { onUnreadable }),
    ...(onProgress && { onProgress }),
  };
  const { plain, labelled, take } = labelledPictures(plan, set);
  const found = await scan(ctx, model, plain, thresholdCollectors(plan), run);
  signal?.throwIfAborted();
  const counted = await scan(ctx, model, labelled, overlapCollectors(plan, thresholdsOf(plan, found), take), run);
  signal?.throwIfAborted();
  return dissectionOf(plan, set.source, found, counted);
}
