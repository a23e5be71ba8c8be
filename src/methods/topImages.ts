// The images of a set that each unit likes best (Zeiler & Fergus 2013, §4; find_maxes of Yosinski et al. 2015's toolbox), as one
// search: the collector `topK` over a whole set, in the form in which the command keeps it.
import * as v from 'valibot';
import { type RelevanceBy, relevanceToPrediction } from '../attribute/relevance.js';
import { OptionError } from '../core/errors.js';
import { formatShape, type Shape } from '../core/shape.js';
import type { Context } from '../gpu/context.js';
import type { Model } from '../graph/model.js';
import { checked } from '../parts/schema.js';
import type { Collector } from '../scan/collector.js';
import { type ScanProgress, scan } from '../scan/scan.js';
import { finite, imageId, list, object, text, whole } from '../scan/schema.js';
import type { OnUnreadable } from '../scan/source.js';
import { isWhole, type Scan } from '../scan/state.js';
import { type TopK, topK } from '../scan/topK.js';
import type { ForwardOptions } from '../scene/forward.js';
import type { ImageId, SetImage } from '../scene/images.js';
import { searchedLayers, type UnitLayer } from '../scene/unitLayers.js';
import { parseJson } from '../synthesize/readStudy.js';

/** The best images of each channel of one layer. Plain data: JSON keeps it. */
export interface TopLayer {
  readonly layer: string;
  /** `[C, H, W]` of one image; H and W are 1 for a fully connected layer. */
  readonly shape: readonly [C: number, H: number, W: number];
  /** `[C, n]`, the best first, where n is k or the number of images when that is less. */
  readonly values: readonly number[];
  /** `[C, n]` */
  readonly images: readonly ImageId[];
  /** `[C, n, 2]`: row and column in the channel's map. */
  readonly positions: readonly number[];
}

/** The result of a search, and where it can go on. Plain data: JSON keeps it. */
export interface TopImages {
  readonly model: string;
  readonly k: number;
  /** What images are ranked by, where it is not the activation. */
  readonly by?: string;
  /** Images of the set that have been looked at, from its beginning, and the last of them. */
  readonly scanned: number;
  readonly last: ImageId | null;
  /** Those of them that could not be read (`onUnreadable`). */
  readonly skipped?: readonly ImageId[];
  /** False where the search was stopped before the end of the set. */
  readonly complete: boolean;
  readonly layers: readonly TopLayer[];
}

/** One of the best images of a unit. */
export interface TopImage {
  readonly image: ImageId;
  readonly value: number;
  readonly at: readonly [y: number, x: number];
}

/** How far a search for top images is. */
export interface TopProgress extends Omit<ScanProgress, 'state'> {
  /** The search so far, for `resume`. */
  state(): TopImages;
}

export interface TopImagesOptions extends ForwardOptions {
  /** Layers or blobs, in their final content after in-place layers; default all that have units (`unitLayers`). */
  readonly layers?: readonly string[];
  /** Images kept per channel. */
  readonly k?: number;
  /**
   * Rank images by what a channel contributes to the class that the net predicts (RelMax, Achtibat et al. 2023), by LRP or as activation
   * times gradient; `values` are then shares of the layer's absolute relevances. By default they are ranked by activation.
   */
  readonly by?: RelevanceBy;
  /** Images that go through the net at once; by default up to 16, as many as the device can bind. */
  readonly batch?: number;
  /** What an earlier search over the same set returned; its images are not decoded again. */
  readonly resume?: TopImages;
  /**
   * Told of a picture that cannot be read (an ImageError), which the search then goes on without. By default such a picture ends
   * it. May throw.
   */
  readonly onUnreadable?: OnUnreadable;
  /** Called after each batch of images. */
  readonly onProgress?: (progress: TopProgress) => void;
}

/**
 * For every channel the `k` images with the greatest activations, one place per image; of equal values the earlier image is
 * the better. An aborted search returns what it has, which `resume` takes.
 *
 * @throws NotFiniteError naming layer, channel and image; UnknownNameError, OptionError, ShapeError, LimitError
 */
export async function findTopImages(
  ctx: Context,
  model: Model,
  set: Iterable<SetImage> | AsyncIterable<SetImage>,
  options: TopImagesOptions = {},
): Promise<TopImages> {
  const { k = 9, by, resume, layers: _, onProgress, ...rest } = options;
  if (by && !options.layers) {
    throw new OptionError('layers', `ranked by ${by}, they must be layers before the classes; name some`);
  }
  const { layers } = searchedLayers(model, options);
  const read = by && relevanceToPrediction(by);
  const collector = topK(layers, { k, ...(read && { read }) });
  if (resume) checkResume(resume, model, k, layers, read?.name);
  const found = await scan(ctx, model, set, [collector], {
    ...rest,
    ...(resume && { resume: asScan(resume, collector) }),
    ...(onProgress && {
      onProgress: ({ state, ...progress }) =>
        onProgress({ ...progress, state: () => topImagesOf(state(), k, layers, false) }),
    }),
  });
  return topImagesOf(found, k, layers);
}

/** A scan of a set from its beginning as a search. @throws OptionError where images between are missing */
export function topImagesOf(
  scanned: Scan<readonly [Collector<TopK>]>,
  k: number,
  layers: readonly UnitLayer[],
  complete = isWhole(scanned),
): TopImages {
  const { model, ranges, skipped, states } = scanned;
  const [first, ...others] = ranges;
  if (others.length > 0 || (first && first.from > 0)) {
    const got = ranges.map(({ from, to }) => `${from} to ${to - 1}`).join(', ');
    throw new OptionError(
      'top images',
      `need all images from the first one on, got ${got}; merge the missing parts first`,
    );
  }
  const [{ count, layers: found }] = states;
  const [{ options }] = scanned.collectors;
  return {
    model: model.name,
    k,
    ...('by' in options && { by: String(options.by) }),
    scanned: first?.to ?? 0,
    last: first?.last ?? null,
    ...(skipped.length > 0 && { skipped: skipped.map(({ id }) => id) }),
    complete,
    layers: layers.map(({ layer, shape }, l) => {
      const { values, images, places } = found[l];
      const kept = <T>(list: ArrayLike<T>): T[] => Array.from(list).filter((_, i) => i % k < count);
      const [, , W] = shape;
      return {
        layer,
        shape,
        values: kept(values),
        images: kept(images),
        positions: kept(places).flatMap((place) => [Math.floor(place / W), place % W]),
      };
    }),
  };
}

/**
 * A search as the scan that it goes on with. Its file has no places of images in the set, which decide between equal values; but
 * all that follow come later, and among its own the order is known.
 */
function asScan(
  { model, scanned, last, skipped = [], layers }: TopImages,
  collector: Collector<TopK>,
): Scan<readonly [Collector<TopK>]> {
  const state = collector.codec.decode({
    count: layers[0].values.length / layers[0].shape[0],
    layers: layers.map(({ values, images, positions, shape: [C, , W] }) => ({
      values,
      images,
      places: values.map((_, i) => positions[i * 2] * W + positions[i * 2 + 1]),
      indices: values.map((_, i) => i % (values.length / C)),
    })),
  });
  return {
    model: { name: model },
    collectors: [{ name: collector.name, options: collector.options }],
    ranges: scanned > 0 && last !== null ? [{ from: 0, to: scanned, last }] : [],
    skipped: skipped.map((id, index) => ({ index, id })),
    states: [state],
  };
}

/** The best images of a channel, the best first. @throws UnknownNameError, OptionError */
export function topOf(top: TopImages, layer: string, channel: number): TopImage[] {
  const found = top.layers.find((l) => l.layer === layer);
  if (!found) {
    throw new OptionError(
      'layer',
      `'${layer}' was not searched; of '${top.model}' these were: ${top.layers.map((l) => l.layer).join(', ')}`,
    );
  }
  const { shape, values, images, positions } = found;
  const [C] = shape;
  if (!(Number.isInteger(channel) && channel >= 0 && channel < C)) {
    throw new OptionError('channel', `${channel} is outside layer '${layer}', channels 0 to ${C - 1}`);
  }
  const n = values.length / C;
  return Array.from({ length: n }, (_, i) => {
    const j = channel * n + i;
    return { image: images[j], value: values[j], at: [positions[j * 2], positions[j * 2 + 1]] };
  });
}

function checkResume(
  resume: TopImages,
  model: Model,
  k: number,
  layers: readonly UnitLayer[],
  by: string | undefined,
): void {
  const show = (list: readonly { readonly layer: string; readonly shape: Shape }[]) =>
    list.map(({ layer, shape }) => `${layer} ${formatShape(shape)}`).join(', ');
  const [was, is] = [show(resume.layers), show(layers)];
  if (resume.model !== model.name) {
    throw new OptionError('resume', `the search to go on with was of '${resume.model}', this is '${model.name}'`);
  }
  if (resume.k !== k)
    throw new OptionError('resume', `the search to go on with kept ${resume.k} images, now k is ${k}`);
  const [before, now] = [resume.by, by].map((name) => name ?? 'activation');
  if (before !== now) {
    throw new OptionError('resume', `the search to go on with ranked images by ${before}, this one by ${now}`);
  }
  if (was !== is) throw new OptionError('resume', `the search to go on with was of the layers ${was}; now: ${is}`);
}

/** Reads a search from JSON text, every field checked. @throws OptionError naming the field */
export function parseTopImages(json: string): TopImages {
  const { skipped, ...top } = checked(TOP_IMAGES, parseJson(json, 'top images'), 'top images');
  const n = Math.min(top.k, top.scanned - (skipped?.length ?? 0));
  for (const [i, { shape, ...lists }] of top.layers.entries()) {
    const size = shape[0] * n;
    for (const [field, of] of [
      ['values', 1],
      ['images', 1],
      ['positions', 2],
    ] as const) {
      if (lists[field].length === of * size) continue;
      throw new OptionError(
        `top images.layers[${i}].${field}`,
        `must be a list of ${of * size}, got one of ${lists[field].length}`,
      );
    }
  }
  const { model, k, by, scanned, last, complete, layers } = top;
  return { model, k, ...(by !== undefined && { by }), scanned, last, ...(skipped && { skipped }), complete, layers };
}

const LAYER = object(
  {
    layer: text,
    shape: v.tuple([whole(1), whole(1), whole(1)], 'must be [C,H,W]'),
    values: list(finite, 'must be a list of numbers'),
    images: list(imageId, 'must be a list of strings or numbers'),
    positions: list(whole(0), 'must be a list of whole numbers'),
  },
  'must be a layer',
);
// What else the command notes about the net stands beside it.
const TOP_IMAGES = object(
  {
    model: text,
    k: whole(1),
    by: v.optional(text),
    scanned: whole(0),
    last: v.nullable(imageId, 'must be a string, a number or null'),
    skipped: v.optional(list(imageId, 'must be a list of strings or numbers')),
    complete: v.boolean('must be true or false'),
    layers: list(LAYER, 'must be a list'),
  },
  'must be an object',
);
