// The images of a set that each unit likes best: the Deep Visualization Toolbox's find_maxes (Yosinski et al. 2015), after
// Zeiler & Fergus 2013. Of each image a channel gets one place, its maximum over the map, which is found on the device.
import { ImageError, NotFiniteError, OptionError } from '../core/errors.js';
import { f32, formatShape, type Shape, sizeOf } from '../core/shape.js';
import type { Context } from '../gpu/context.js';
import { type Model, trace } from '../graph/model.js';
import { compile } from '../graph/plan.js';
import { createTape, variadic } from '../graph/tape.js';
import { op as channelMax } from '../kernels/channelMax/index.js';
import { op as concat } from '../kernels/concat/index.js';
import { type ImageId, idOf, isNumbers, type LoadedImage, loadImage, type SetImage } from '../scene/images.js';
import { createPreprocessor, withBatch } from '../scene/input.js';
import { layers as table } from '../scene/layers.js';
import { sideInputs } from '../scene/sides.js';
import type { ForwardOptions } from './forward.js';
import { searchedLayers, type UnitLayer } from './unitLayers.js';

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

export interface TopProgress {
  readonly done: number;
  /** Images in the set, where it is an array. */
  readonly total: number | undefined;
  /** The search so far, for `resume`. */
  state(): TopImages;
}

export interface TopImagesOptions extends ForwardOptions {
  /** Layers or blobs, in their final content after in-place layers; default all that have units (`unitLayers`). */
  readonly layers?: readonly string[];
  /** Images kept per channel. */
  readonly k?: number;
  /** Images that go through the net at once; by default up to 16, as many as the device can bind. */
  readonly batch?: number;
  /** What an earlier search over the same set returned; its images are not decoded again. */
  readonly resume?: TopImages;
  /**
   * Told of a picture that cannot be read (an ImageError), which the search then goes on without. By default such a picture ends
   * it. May throw.
   */
  readonly onUnreadable?: (image: ImageId, error: ImageError) => void;
  /** Called after each group of images: how many are done, of how many. */
  readonly onProgress?: (progress: TopProgress) => void;
}

const MOST_AT_ONCE = 16;

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
  const { k = 9, resume, signal, onProgress, onUnreadable } = options;
  checkCount('k', k);
  const found = searchedLayers(model, options);
  const most =
    options.batch ?? Math.max(1, Math.min(MOST_AT_ONCE, Math.floor(ctx.traits.maxBindingBytes / found.bytes)));
  checkCount('batch', most);
  if (resume) checkResume(resume, model, k, found.layers);
  const trackers = found.layers.map(({ layer, shape }, i) => createTracker(layer, shape, k, resume?.layers[i]));
  let scanned = resume?.scanned ?? 0;
  let last = resume?.last ?? null;
  const skipped: ImageId[] = [...(resume?.skipped ?? [])];
  const state = (complete: boolean): TopImages => {
    const layers = trackers.map((tracker) => tracker.result());
    return {
      model: model.name,
      k,
      scanned,
      last,
      ...(skipped.length > 0 && { skipped: [...skipped] }),
      complete,
      layers,
    };
  };

  const source = from(set);
  try {
    if (resume) await skip(source, resume);
    if (signal?.aborted) return state(false);
    let chunk = await take(source, most, scanned, onUnreadable);
    if (chunk.taken === 0) return state(true);
    // A set that fits into one batch needs no larger one. One that goes on takes the batch of the search before, so that no
    // kernel is chosen differently.
    const N = resume ? most : Math.min(most, chunk.taken);
    const tape = createTape();
    const image = tape.leaf(model.input.name, f32(...withBatch(model.input.shape, N)));
    const at = trace(tape, model, image, table, { inputs: sideInputs(tape, model, N, options.inputs) });
    const maxima = found.layers.map(({ layer }) => tape.apply(channelMax, { x: at.final(layer) }, {}));
    const all = maxima.length === 1 ? maxima[0] : tape.apply(concat, variadic(maxima), { axis: 1 });
    using plan = await compile(ctx, tape, { keep: [all] });
    using preprocessor = createPreprocessor(ctx, model);
    const size = sizeOf(image.shape) / N;
    const inputs = new Float32Array(N * size);
    const width = all.shape[1];

    while (chunk.taken > 0) {
      const { images, taken } = chunk;
      for (const [n, { id, content }] of images.entries()) {
        if (isNumbers(content)) inputs.set(checked(content, size, id), n * size);
      }
      if (images.some(({ content }) => isNumbers(content))) plan.write(image, inputs);
      for (const [n, { content }] of images.entries()) {
        if (!isNumbers(content)) await preprocessor.into(content, plan.buffer(image), n * size);
      }
      if (images.length > 0) plan.run();
      const reading = images.length > 0 ? plan.read(all) : Promise.resolve(new Float32Array());
      // The next images are decoded while the device computes.
      const following = signal?.aborted ? Promise.resolve(NOTHING) : take(source, most, scanned + taken, onUnreadable);
      following.catch(() => undefined);
      const numbers = await reading;
      for (const [n, { id }] of images.entries()) {
        let start = n * width * 2;
        for (const tracker of trackers) start = tracker.take(numbers, start, id);
      }
      scanned += taken;
      last = chunk.last;
      skipped.push(...chunk.skipped);
      onProgress?.({
        done: scanned,
        total: Array.isArray(set) ? set.length : undefined,
        state: () => state(false),
      });
      if (signal?.aborted) return state(false);
      chunk = await following;
    }
    return state(true);
  } finally {
    await source.return(undefined);
  }
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

interface Tracker {
  /** Takes the maxima `[C, 2]` of one image from `start` on; returns where the next layer's are. */
  take(maxima: Float32Array, start: number, id: ImageId): number;
  result(): TopLayer;
}

/** The best `k` so far of each channel of a layer. */
function createTracker(layer: string, shape: UnitLayer['shape'], k: number, before?: TopLayer): Tracker {
  const [C, , W] = shape;
  const values = new Float32Array(C * k);
  const positions = new Uint32Array(C * k);
  const images: ImageId[] = new Array<ImageId>(C * k).fill(0);
  let n = before ? before.values.length / C : 0;
  for (let i = 0; i < C * n && before; i++) {
    const j = Math.floor(i / n) * k + (i % n);
    values[j] = before.values[i];
    images[j] = before.images[i];
    positions[j] = before.positions[i * 2] * W + before.positions[i * 2 + 1];
  }
  const kept = <T>(list: ArrayLike<T>): T[] =>
    Array.from({ length: C * n }, (_, i) => list[Math.floor(i / n) * k + (i % n)]);
  return {
    take(maxima, start, id) {
      const room = n < k;
      for (let c = 0; c < C; c++) {
        // A ReLU's zero may be −0, which JSON does not keep.
        const value = maxima[start + c * 2] + 0;
        if (!Number.isFinite(value)) {
          throw new NotFiniteError(
            `Layer '${layer}', channel ${c}, is ${value} for image '${id}'; its maximum must be a number. ` +
              "Look at the image, and at the model's weights and preprocessing.",
          );
        }
        const first = c * k;
        let j = first + (room ? n : k);
        // Not yet full, or better than the worst: equal ones stay behind those that came before.
        if (!room && !(value > values[j - 1])) continue;
        if (!room) j--;
        for (; j > first && value > values[j - 1]; j--) {
          values[j] = values[j - 1];
          positions[j] = positions[j - 1];
          images[j] = images[j - 1];
        }
        values[j] = value;
        positions[j] = maxima[start + c * 2 + 1];
        images[j] = id;
      }
      if (room) n++;
      return start + C * 2;
    },
    result: () => ({
      layer,
      shape,
      values: kept(values),
      images: kept(images),
      positions: kept(positions).flatMap((p) => [Math.floor(p / W), p % W]),
    }),
  };
}

/** An iterator of either kind, as an asynchronous one. */
async function* from(images: Iterable<SetImage> | AsyncIterable<SetImage>): AsyncGenerator<SetImage, undefined> {
  yield* images;
  return undefined;
}

/** Images of the set that were taken together: those that could be read, and those that could not. */
interface Chunk {
  readonly taken: number;
  readonly last: ImageId | null;
  readonly images: readonly LoadedImage[];
  readonly skipped: readonly ImageId[];
}

const NOTHING: Chunk = { taken: 0, last: null, images: [], skipped: [] };

/** The next images, up to `count`, decoded together. `index` is the first one's. */
async function take(
  source: AsyncIterator<SetImage>,
  count: number,
  index: number,
  onUnreadable: TopImagesOptions['onUnreadable'],
): Promise<Chunk> {
  const ids: ImageId[] = [];
  const loading: Promise<LoadedImage>[] = [];
  while (loading.length < count) {
    const { done, value } = await source.next();
    if (done) break;
    const image = loadImage(value, index + loading.length);
    image.catch(() => undefined);
    ids.push(idOf(value, index + loading.length));
    loading.push(image);
  }
  const images: LoadedImage[] = [];
  const skipped: ImageId[] = [];
  for (const [i, image] of loading.entries()) {
    try {
      images.push(await image);
    } catch (error) {
      if (!onUnreadable || !(error instanceof ImageError)) throw error;
      onUnreadable(ids[i], error);
      skipped.push(ids[i]);
    }
  }
  return { taken: loading.length, last: ids[ids.length - 1] ?? null, images, skipped };
}

/** Leaves out what an earlier search has seen. @throws OptionError where the set is another one */
async function skip(source: AsyncIterator<SetImage>, { scanned, last }: TopImages): Promise<void> {
  for (let i = 0; i < scanned; i++) {
    const { done, value } = await source.next();
    if (done) throw new OptionError('resume', `${scanned} images have been searched, the set has only ${i}`);
    const id = idOf(value, i);
    if (i === scanned - 1 && id !== last) {
      throw new OptionError('resume', `image ${i} of the set is '${id}', it was '${last}' in the search to go on with`);
    }
  }
}

function checkResume(resume: TopImages, model: Model, k: number, layers: readonly UnitLayer[]): void {
  const show = (list: readonly { readonly layer: string; readonly shape: Shape }[]) =>
    list.map(({ layer, shape }) => `${layer} ${formatShape(shape)}`).join(', ');
  const [was, is] = [show(resume.layers), show(layers)];
  if (resume.model !== model.name) {
    throw new OptionError('resume', `the search to go on with was of '${resume.model}', this is '${model.name}'`);
  }
  if (resume.k !== k)
    throw new OptionError('resume', `the search to go on with kept ${resume.k} images, now k is ${k}`);
  if (was !== is) throw new OptionError('resume', `the search to go on with was of the layers ${was}; now: ${is}`);
}

function checked(input: Float32Array, size: number, id: ImageId): Float32Array {
  if (input.length === size) return input;
  throw new OptionError('images', `the input of image '${id}' needs ${size} numbers, it has ${input.length}`);
}

function checkCount(option: string, value: number): void {
  if (!(Number.isInteger(value) && value >= 1)) {
    throw new OptionError(option, `must be a whole number from 1, got ${value}`);
  }
}

/** Reads a search from JSON text, every field checked. @throws OptionError naming the field */
export function parseTopImages(json: string): TopImages {
  let data: unknown;
  try {
    data = JSON.parse(json);
  } catch (error) {
    throw new OptionError('top images', `it is not JSON (${error instanceof Error ? error.message : String(error)})`);
  }
  const { model, k, scanned, last, skipped, complete, layers } = fieldsOf('', data);
  must(typeof model === 'string', 'model', 'a string');
  must(isCount(k) && k >= 1, 'k', 'a whole number from 1');
  must(isCount(scanned), 'scanned', 'a whole number from 0');
  must(last === null || isId(last), 'last', 'a string, a number or null');
  must(skipped === undefined || isList(skipped, isId), 'skipped', 'a list of strings or numbers');
  must(typeof complete === 'boolean', 'complete', 'true or false');
  must(Array.isArray(layers), 'layers', 'a list');
  return {
    model,
    k,
    scanned,
    last,
    ...(skipped && { skipped }),
    complete,
    layers: layers.map((layer, i) => parseLayer(`layers[${i}].`, layer, k, scanned - (skipped?.length ?? 0))),
  };
}

function parseLayer(path: string, data: unknown, k: number, scanned: number): TopLayer {
  const { layer, shape, values, images, positions } = fieldsOf(path, data);
  must(typeof layer === 'string', `${path}layer`, 'a string');
  must(isList(shape, isCount) && shape.length === 3, `${path}shape`, '[C,H,W]');
  const [C, H, W] = shape;
  const size = C * Math.min(k, scanned);
  must(isList(values, isNumber) && values.length === size, `${path}values`, `a list of ${size} numbers`);
  must(isList(images, isId) && images.length === size, `${path}images`, `a list of ${size} strings or numbers`);
  must(
    isList(positions, isCount) && positions.length === 2 * size,
    `${path}positions`,
    `a list of ${2 * size} numbers`,
  );
  return { layer, shape: [C, H, W], values, images, positions };
}

const fieldsOf = (path: string, data: unknown): Record<string, unknown> => {
  must(typeof data === 'object' && data !== null, path || 'it', 'an object');
  return { ...data };
};

const isId = (v: unknown): v is ImageId => typeof v === 'string' || typeof v === 'number';
const isCount = (v: unknown): v is number => typeof v === 'number' && Number.isInteger(v) && v >= 0;
const isNumber = (v: unknown): v is number => typeof v === 'number' && Number.isFinite(v);
const isList = <T>(v: unknown, of: (item: unknown) => item is T): v is T[] => Array.isArray(v) && v.every(of);

function must(holds: boolean, field: string, rule: string): asserts holds {
  if (!holds) throw new OptionError('top images', `${field} must be ${rule}`);
}
