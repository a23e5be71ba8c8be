// The one pass over the images of a set: batches of them go through the net while the next ones are decoded, and collectors take
// what they look at. What was stopped goes on, and parts that were scanned elsewhere are merged: both are `mergeScans`.
import { OptionError } from '../core/errors.js';
import { sizeOf } from '../core/shape.js';
import type { Context } from '../gpu/context.js';
import type { Model } from '../graph/model.js';
import { compile } from '../graph/plan.js';
import { type ImageId, isNumbers, type SetImage } from '../scene/images.js';
import { createPreprocessor, type HostTensor } from '../scene/input.js';
import { openNet } from '../scene/openNet.js';
import type { Collector, ScannedImage, StatesOf } from './collector.js';
import { countOf, joinRanges, type ScannedRange } from './ranges.js';
import { type Chunk, NOTHING, type OnUnreadable, openSource } from './source.js';
import { aboutModel, mergeScans, type Scan } from './state.js';

/** How far a pass is. */
export interface ScanProgress<C extends readonly Collector<unknown>[] = readonly Collector<unknown>[]> {
  /** Images scanned, those of `resume` among them. */
  readonly done: number;
  /** Images to be scanned in all, where that is known. */
  readonly total: number | undefined;
  /** Images per second since the pass began. */
  readonly rate: number;
  /** Seconds that the rest will take at this rate, where it is known how many there are. */
  readonly left: number | undefined;
  /** The scan so far, for `resume`. */
  state(): Scan<C>;
}

/** What a pass over images may be told. */
export interface ScanOptions<C extends readonly Collector<unknown>[] = readonly Collector<unknown>[]> {
  /** The part of the set that is scanned, by places in the whole set; all of it by default. Others are not decoded. */
  readonly range?: readonly [from: number, to: number];
  /** Images that go through the net at once; by default up to 16, as many as the device can bind. */
  readonly batch?: number;
  /** What an earlier scan of the set returned; its images are not decoded again. */
  readonly resume?: Scan<C>;
  /** The model's side inputs, by name. */
  readonly inputs?: Readonly<Record<string, HostTensor>>;
  readonly signal?: AbortSignal;
  /** Called after each batch. */
  readonly onProgress?: (progress: ScanProgress<C>) => void;
  /**
   * Told of a picture that cannot be read (an ImageError), which the scan then goes on without. By default such a picture ends it.
   * May throw.
   */
  readonly onUnreadable?: OnUnreadable;
  /** Milliseconds, for the rate. */
  readonly now?: () => number;
}

const MOST_AT_ONCE = 16;

/**
 * Collects over the images of `set`. An aborted scan returns what it has, which `resume` takes.
 *
 * @throws NotFiniteError naming layer, channel and image; UnknownNameError, OptionError, ShapeError, LimitError
 */
export async function scan<const C extends readonly Collector<unknown>[]>(
  ctx: Context,
  model: Model,
  set: Iterable<SetImage> | AsyncIterable<SetImage>,
  collectors: C,
  options: ScanOptions<C> = {},
): Promise<Scan<C>> {
  const { resume, signal, onProgress, now = () => performance.now() } = options;
  if (collectors.length === 0)
    throw new OptionError('collectors', 'must be at least one: a scan of nothing has no result');
  const known = Array.isArray(set) ? set.length : undefined;
  const range = checkedRange(options.range ?? [0, known ?? Number.POSITIVE_INFINITY], known);
  const most = options.batch ?? mostAtOnce(ctx, model, collectors, options.inputs);
  checkCount('batch', most);
  const about = await aboutModel(model);
  const described = collectors.map((collector) => ({ name: collector.name, options: collector.options }));

  const states = collectors.map((collector) => collector.empty());
  let ranges: readonly ScannedRange[] = [];
  const skipped: ScannedImage[] = [];
  const source = openSource(set, range, resume?.ranges ?? [], options.onUnreadable);
  const state = (): Scan<C> => {
    const total = known ?? source.total;
    const own: Scan<C> = {
      model: about,
      collectors: described,
      ...(total !== undefined && { total }),
      ranges,
      skipped: [...skipped],
      // The collectors' own types, which a loop over them forgets.
      states: states as unknown as StatesOf<C>,
    };
    // Merged also with nothing: what is returned stays as it is when the scan goes on.
    return mergeScans(collectors, resume ?? { ...own, ranges: [], skipped: [], states: emptyOf(collectors) }, own);
  };

  try {
    // Refuses another net, set or collectors before anything is decoded.
    if (resume) state();
    if (signal?.aborted) return state();
    let chunk = await source.take(most);
    if (countOf(chunk.ranges) === 0) return state();
    // A set that fits into one batch needs no larger one. Parts of a set take the batch of the whole, so that no kernel is chosen
    // differently.
    const few = known ?? (options.range ? most : countOf(chunk.ranges));
    const N = resume ? most : Math.min(most, few);
    const scene = openNet(model, { batch: N, ...(options.inputs && { inputs: options.inputs }) });
    const values = collectors.map((collector) => collector.ops(scene));
    using plan = await compile(ctx, scene.tape, { keep: values.flat() });
    using preprocessor = createPreprocessor(ctx, model);
    const size = sizeOf(scene.image.shape) / N;
    const inputs = new Float32Array(N * size);
    const began = now();
    const wanted = totalOf(range, resume?.ranges ?? []);

    while (countOf(chunk.ranges) > 0) {
      const { images } = chunk;
      for (const [n, { id, content }] of images.entries()) {
        if (isNumbers(content)) inputs.set(checkedInput(content, size, id), n * size);
      }
      if (images.some(({ content }) => isNumbers(content))) plan.write(scene.image, inputs);
      for (const [n, { content }] of images.entries()) {
        if (!isNumbers(content)) await preprocessor.into(content, plan.buffer(scene.image), n * size);
      }
      if (images.length > 0) plan.run();
      const reading = images.length > 0 ? Promise.all(values.flat().map((value) => plan.read(value))) : [];
      // The next images are decoded while the device computes.
      const following: Promise<Chunk> = signal?.aborted ? Promise.resolve(NOTHING) : source.take(most);
      following.catch(() => undefined);
      const rows = await reading;
      if (images.length > 0) {
        let first = 0;
        for (const [i, collector] of collectors.entries()) {
          states[i] = collector.add(states[i], rows.slice(first, first + values[i].length), images);
          first += values[i].length;
        }
      }
      ranges = joinRanges(ranges, chunk.ranges);
      skipped.push(...chunk.skipped);
      onProgress?.({ ...progressOf(countOf(ranges), resume, wanted, (now() - began) / 1000), state });
      if (signal?.aborted) return state();
      chunk = await following;
    }
    return state();
  } finally {
    await source.close();
  }
}

const emptyOf = <C extends readonly Collector<unknown>[]>(collectors: C): StatesOf<C> =>
  collectors.map((collector) => collector.empty()) as unknown as StatesOf<C>;

function progressOf(
  scanned: number,
  resume: Scan | undefined,
  total: number | undefined,
  seconds: number,
): Omit<ScanProgress, 'state'> {
  const done = scanned + countOf(resume?.ranges ?? []);
  const rate = scanned / seconds;
  return { done, total, rate, left: total === undefined ? undefined : (total - done) / rate };
}

/** Images in the range and in what was scanned before. */
function totalOf([from, to]: readonly [number, number], done: readonly ScannedRange[]): number | undefined {
  if (!Number.isFinite(to)) return undefined;
  const outside = done.map((range) => range.to - range.from - overlap(range, from, to));
  return to - from + outside.reduce((sum, count) => sum + count, 0);
}

const overlap = (range: ScannedRange, from: number, to: number): number =>
  Math.max(0, Math.min(range.to, to) - Math.max(range.from, from));

/** Images at once, so that the largest value of the tape can be bound. */
function mostAtOnce(
  ctx: Context,
  model: Model,
  collectors: readonly Collector<unknown>[],
  inputs: ScanOptions['inputs'],
): number {
  const scene = openNet(model, { batch: 1, open: true, ...(inputs && { inputs }) });
  for (const collector of collectors) collector.ops(scene);
  const bytes = scene.tape.nodes.reduce((most, { output }) => Math.max(most, sizeOf(output.shape) * 4), 4);
  return Math.max(1, Math.min(MOST_AT_ONCE, Math.floor(ctx.traits.maxBindingBytes / bytes)));
}

function checkedRange([from, to]: readonly [number, number], total: number | undefined): readonly [number, number] {
  const whole = Number.isInteger(from) && (Number.isInteger(to) || to === Number.POSITIVE_INFINITY);
  if (!(whole && from >= 0 && from <= to && to <= (total ?? to))) {
    const most = total === undefined ? '' : ` of ${total} images`;
    throw new OptionError('range', `must be [from, to] with places in the set${most}, got [${from}, ${to}]`);
  }
  return [from, to];
}

function checkedInput(input: Float32Array, size: number, id: ImageId): Float32Array {
  if (input.length === size) return input;
  throw new OptionError('images', `the input of image '${id}' needs ${size} numbers, it has ${input.length}`);
}

function checkCount(option: string, value: number): void {
  if (!(Number.isInteger(value) && value >= 1)) {
    throw new OptionError(option, `must be a whole number from 1, got ${value}`);
  }
}
