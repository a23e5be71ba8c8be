// Many preferred images at once: units × presets × seeds as independent pieces, each one batch, which any machine can make in any order.
//
// The pieces of a layer and preset all have the same batch, and the last one is filled up: no kernel is chosen differently, so an image
// has the same bits whatever piece or part of the work it is in.
import { dispose } from '../core/dispose.js';
import { NotFiniteError, OptionError } from '../core/errors.js';
import { sizeOf } from '../core/shape.js';
import type { Context, DeviceTraits } from '../gpu/context.js';
import type { Model } from '../graph/model.js';
import { createTape } from '../graph/tape.js';
import { classLayers } from '../objectives/classes.js';
import { each } from '../objectives/each.js';
import { type HostTensor, imageShape } from '../scene/input.js';
import { hashOf, modelHash } from '../scene/modelHash.js';
import { spaceOf } from '../scene/space.js';
import type { ImageStatistics } from '../scene/statistics.js';
import { formatUnit, locateUnit, type UnitAddress } from '../scene/unit.js';
import { searchedLayers } from '../scene/unitLayers.js';
import { parts } from '../synthesize/parts.js';
import { createRun, type RunOptions } from '../synthesize/run.js';
import { buildStep } from '../synthesize/step.js';
import { createStudy, type PartOf, resolve, type Study, toSpecs } from '../synthesize/study.js';
import { synthesize } from '../synthesize/synthesize.js';
import { preferredStudy, presetFor, presetNamed } from './preferred.js';

/** Part of every piece's id: raised when the same words would give other images. */
const FORMAT = 1;
/** Images at once, at most: a piece is what an interrupted run loses. */
const MOST_AT_ONCE = 20;
/** Bytes of all values of a step together, at most, as if none shared memory with another. */
const MOST_BYTES = 2 ** 31;
/** One image alone has kernels of its own in fully connected layers, so it is made as two. */
const FEWEST_AT_ONCE = 2;
/** Steps between looks at whether the work was cancelled. */
const EVERY = 10;

/** What a gallery shows. */
export interface GalleryOptions {
  readonly units: readonly UnitAddress[];
  /** Names of presets, as `presetNamed` takes them; by default the one that suits the net. */
  readonly presets?: readonly string[];
  /** Default `[0]`. */
  readonly seeds?: readonly number[];
  /** Steps in place of the presets' own. */
  readonly steps?: number;
  /** Statistics of pictures like those that the net was trained on, for presets that need them. */
  readonly statistics?: ImageStatistics;
  /** Images at once; by default as many as `atOnce` allows. */
  readonly batch?: number;
}

/** One image of a gallery. */
export interface Tile {
  /** `layer:channel[:y,x]` */
  readonly unit: string;
  readonly seed: number;
}

/** Images of one layer by one preset that are made as one batch, and by nothing but what is said here. */
export interface Piece {
  /** A hash of all that decides the images but the device: net, preprocessing, study, seeds, statistics. */
  readonly id: string;
  readonly layer: string;
  readonly preset: string;
  /** In the order of channels, then of seeds. */
  readonly tiles: readonly Tile[];
  /** Of the whole batch, whose first images are the tiles. */
  readonly study: Study;
}

/** A finished image. */
export interface MadeTile extends Tile {
  /** `[C, H, W]` of the net's size, mean-subtracted; absent where the unit is dead. A larger canvas is brought to that size. */
  readonly image?: Float32Array;
  /** What was raised, at the last step. */
  readonly objective: number;
  readonly steps: number;
  /** What was wrong with the start and what was done, or why there is no image: words that follow the unit's name. */
  readonly remark?: string;
}

/** How far a gallery is. */
export interface GalleryProgress {
  readonly piece: Piece;
  /** Steps of this piece's images, made and in all. */
  readonly step: number;
  readonly steps: number;
  /** Pieces finished, and in all. */
  readonly done: number;
  readonly total: number;
  /** Share of all work that is done. */
  readonly share: number;
  /** Seconds that the rest will take at this rate. */
  readonly left: number;
  /** The piece's images, when it is finished. */
  readonly tiles?: readonly MadeTile[];
}

/** What making pieces may be told. */
export interface PiecesOptions extends Pick<RunOptions, 'signal'> {
  readonly statistics?: ImageStatistics;
  /** The model's side inputs, by name. */
  readonly inputs?: Readonly<Record<string, HostTensor>>;
  /** Milliseconds, for the rate. */
  readonly now?: () => number;
}

/**
 * The pieces of a gallery, in the order of layers, presets and channels. Nothing is computed. The device's traits say how many images
 * are made at once where `batch` does not.
 *
 * @throws OptionError, UnknownNameError, ShapeError for units that the net does not have
 */
export async function galleryPieces(
  traits: DeviceTraits | undefined,
  model: Model,
  options: GalleryOptions,
): Promise<readonly Piece[]> {
  const { presets = [presetFor(model)], seeds = [0], steps, statistics, batch } = options;
  if (options.units.length === 0) throw new OptionError('units', 'must be at least one');
  if (batch !== undefined && !(Number.isInteger(batch) && batch >= 1))
    throw new OptionError('batch', `must be a whole number from 1, got ${batch}`);
  const layers = [...new Set(options.units.map(({ layer }) => layer))];
  const { layers: found } = searchedLayers(model, { layers });
  for (const unit of options.units) {
    const shape = found.find(({ layer }) => layer === unit.layer)?.shape;
    if (shape) locateUnit(unit, [1, ...shape]);
  }
  for (const name of presets) checkPreset(name, statistics);
  const about = await aboutOf(model);
  const pieces: Piece[] = [];
  for (const layer of layers) {
    for (const preset of presets) {
      const units = options.units.filter((unit) => unit.layer === layer).sort(byPlace);
      const tiles = [...new Set(units.map((unit) => formatUnit(unit)))].flatMap((unit) =>
        [...new Set(seeds)].sort((a, b) => a - b).map((seed): Tile => ({ unit, seed })),
      );
      const studyFor = (batched: readonly Tile[]) => batchStudy(model, preset, batched, steps);
      const most = batch ?? atOnce(deviceFor(traits), model, studyFor(tiles.slice(0, 1)), statistics);
      const count = Math.ceil(tiles.length / most);
      const size = batch ?? Math.max(FEWEST_AT_ONCE, Math.ceil(tiles.length / count));
      for (let from = 0; from < tiles.length; from += size) {
        const own = tiles.slice(from, from + size);
        const study = studyFor(Array.from({ length: size }, (_, i) => own[Math.min(i, own.length - 1)]));
        const used = presetNamed(preset).statistics ? statistics : undefined;
        const id = await hashOf([FORMAT, about, study, used ?? null]);
        pieces.push({ id: idOf(id), layer, preset, tiles: own, study });
      }
    }
  }
  return pieces;
}

/**
 * Images that are made at once: 20, or as many as keep the step's largest value within what the device can bind, and all its values
 * together within 2 GiB.
 */
export function atOnce(
  { maxBindingBytes }: Pick<DeviceTraits, 'maxBindingBytes'>,
  model: Model,
  study: Study,
  statistics?: ImageStatistics,
): number {
  const resolved = resolve(study, parts);
  const tape = createTape();
  const named = namedStatistics(model, statistics);
  const shape = [study.seeds.length, ...spaceOf(model, resolved.canvas).shape];
  buildStep(tape, model, resolved, shape, named);
  const sizes = tape.nodes.map(({ output }) => (sizeOf(output.shape) * 4) / study.seeds.length);
  const largest = sizes.reduce((a, b) => Math.max(a, b), 4);
  const all = sizes.reduce((a, b) => a + b, 4);
  const most = Math.min(Math.floor(maxBindingBytes / largest), Math.floor(MOST_BYTES / all), MOST_AT_ONCE);
  return Math.max(FEWEST_AT_ONCE, most);
}

/** The layer that a gallery shows if none is named: the scores of the classes. @throws OptionError for a net without its end */
export function classLayer(model: Model): string {
  const [scores] = classLayers(model);
  return scores;
}

/**
 * Makes pieces one after another and tells of each few steps; the report that ends a piece has its images. Leaving the loop, or the
 * signal, ends the work between two reports and frees its memory.
 *
 * @throws OptionError, ShapeError, LimitError, DeviceLostError
 */
export async function* makePieces(
  ctx: Context,
  model: Model,
  pieces: readonly Piece[],
  options: PiecesOptions = {},
): AsyncGenerator<GalleryProgress, void> {
  const { signal, now = () => performance.now() } = options;
  const work = pieces.map(workOf);
  const all = work.reduce((a, b) => a + b, 0);
  const began = now();
  let before = 0;
  for (const [done, piece] of pieces.entries()) {
    const report = (step: number, tiles?: readonly MadeTile[]): GalleryProgress => {
      const steps = stepsOf(piece.study);
      const share = (before + (work[done] * (tiles ? steps : Math.min(step, steps))) / steps) / all;
      const left = ((now() - began) / 1000) * (1 / share - 1);
      const total = pieces.length;
      return { piece, step, steps, done: done + (tiles ? 1 : 0), total, share, left, ...(tiles && { tiles }) };
    };
    const made = yield* makePiece(ctx, model, piece, options, report);
    if (!made || signal?.aborted) return;
    yield report(stepsOf(piece.study), made);
    before += work[done];
  }
}

/** Undefined if it was cancelled. */
async function* makePiece(
  ctx: Context,
  model: Model,
  piece: Piece,
  options: PiecesOptions,
  report: (step: number) => GalleryProgress,
): AsyncGenerator<GalleryProgress, readonly MadeTile[] | undefined> {
  const { signal, inputs, statistics } = options;
  const { study, tiles } = piece;
  const given = { ...namedStatistics(model, statistics), ...(inputs && { inputs }), ...(signal && { signal }) };
  let made: readonly (MadeTile | undefined)[] = tiles.map(() => undefined);
  // A study in phases is left to the loop that knows them.
  if (!study.phases) {
    const batch = yield* tried(makeBatch(ctx, model, piece, given, report), signal);
    if (batch === 'cancelled') return undefined;
    if (batch !== 'not finite') made = batch;
  }
  const out: MadeTile[] = [];
  for (const [n, tile] of tiles.entries()) {
    const alone = made[n] ?? (yield* tried(makeAlone(ctx, model, tile, aloneStudy(piece, n), given, report), signal));
    if (alone === 'cancelled') return undefined;
    if (alone !== 'not finite') out.push(alone);
    else out.push({ ...tile, objective: 0, steps: 0, remark: 'the objective became NaN or infinite' });
  }
  return out;
}

/** Runs a loop, and says if the signal ended it or its numbers left what is finite. */
async function* tried<T>(
  loop: AsyncGenerator<GalleryProgress, T>,
  signal: AbortSignal | undefined,
): AsyncGenerator<GalleryProgress, T | 'cancelled' | 'not finite'> {
  try {
    const result = yield* loop;
    return signal?.aborted ? 'cancelled' : result;
  } catch (error) {
    if (signal?.aborted) return 'cancelled';
    if (error instanceof NotFiniteError) return 'not finite';
    throw error;
  }
}

/** All images of a piece; undefined for those whose gradient is exactly zero at the start. */
async function* makeBatch(
  ctx: Context,
  model: Model,
  { study, tiles }: Piece,
  options: RunOptions,
  report: (step: number) => GalleryProgress,
): AsyncGenerator<GalleryProgress, readonly (MadeTile | undefined)[]> {
  const run = await createRun(ctx, model, { recipe: study, compose: (next) => next }, options);
  try {
    // The first step that has the exact gradient says which images cannot move.
    const first = 1 + Math.max(0, ...run.parts.backward.map(({ steps = 0 }) => steps));
    let dead: readonly boolean[] | undefined;
    let objectives: readonly number[] = [];
    while (!run.done && !options.signal?.aborted) {
      run.run(dead ? EVERY : first);
      objectives = (await run.records()).map((rows) => rows[rows.length - 1].objective);
      dead ??= (await run.outcome()).map(({ stuck }) => stuck);
      if (tiles.every((_, n) => dead?.[n])) return tiles.map(() => undefined);
      yield report(run.steps);
    }
    const images = await run.read('last');
    const size = images.length / study.seeds.length;
    return tiles.map((tile, n) =>
      dead?.[n]
        ? undefined
        : {
            ...tile,
            image: fitted(images.slice(n * size, (n + 1) * size), model, study),
            objective: objectives[n],
            steps: run.steps,
          },
    );
  } finally {
    run[dispose]();
  }
}

/** One image by itself, which may start otherwise if it would be dead. */
async function* makeAlone(
  ctx: Context,
  model: Model,
  tile: Tile,
  study: Study,
  options: RunOptions,
  report: (step: number) => GalleryProgress,
): AsyncGenerator<GalleryProgress, MadeTile> {
  const loop = synthesize(ctx, model, study, { ...options, every: EVERY });
  for (;;) {
    const next = await loop.next();
    if (!next.done) {
      yield report(next.value.step);
      continue;
    }
    const { images, outcomes, records, steps } = next.value;
    const [{ start }] = outcomes;
    const objective = records[0].at(-1)?.objective ?? 0;
    return {
      ...tile,
      objective,
      steps,
      ...(start.by !== 'dead' && { image: fitted(images, model, study) }),
      ...(start.by !== 'noise' && { remark: start.text }),
    };
  }
}

/** @throws OptionError without a device */
function deviceFor(traits: DeviceTraits | undefined): DeviceTraits {
  if (traits) return traits;
  throw new OptionError(
    'batch',
    'say how many images at once, as in 20: by default the device decides, and none is open',
  );
}

function batchStudy(model: Model, preset: string, tiles: readonly Tile[], steps: number | undefined): Study {
  const studies = tiles.map(({ unit, seed }) =>
    preferredStudy(model, { unit, preset, seeds: [seed], ...(steps !== undefined && { steps }) }),
  );
  return batched(studies);
}

/** Studies of one image each that differ in their objectives and seeds alone, as one of all their images, in specs. */
export function batched(studies: readonly Study[]): Study {
  const [first] = studies;
  const together = (of: readonly (PartOf<'objective'> | undefined)[]) =>
    each.make({ of: of.flatMap((one) => (one ? [parts.make('objective', one)] : [])) });
  const phases = first.phases?.map((phase, i) =>
    phase.objective ? { ...phase, objective: together(studies.map((study) => study.phases?.[i].objective)) } : phase,
  );
  return toSpecs(
    createStudy({
      ...first,
      objective: together(studies.map(({ objective }) => objective)),
      seeds: studies.flatMap(({ seeds }) => seeds),
      ...(phases && { phases }),
    }),
  );
}

/** The study of one image of a piece by itself. */
export function aloneStudy({ study }: Pick<Piece, 'study'>, index: number): Study {
  const { objective, seeds, phases } = study;
  const own = (all: PartOf<'objective'>) => ('of' in all && Array.isArray(all.of) ? all.of[index] : all);
  return {
    ...study,
    objective: own(objective),
    seeds: [seeds[index]],
    ...(phases && {
      phases: phases.map((phase) => (phase.objective ? { ...phase, objective: own(phase.objective) } : phase)),
    }),
  };
}

/** An image on a canvas of its own, brought to the net's size: the mean of the pixels that each pixel covers. */
function fitted(image: Float32Array, model: Model, { canvas, phases = [] }: Study): Float32Array {
  const [C, H, W] = imageShape(model);
  const [h, w] = phases.reduce((last, phase) => phase.canvas ?? last, canvas ?? [H, W]);
  if (h === H && w === W) return image;
  const [rows, columns] = [covered(h, H), covered(w, W)];
  const out = new Float32Array(C * H * W);
  for (let i = 0; i < out.length; i++) {
    const [c, y, x] = [Math.floor(i / (H * W)), Math.floor(i / W) % H, i % W];
    let sum = 0;
    for (const { at: row, share } of rows[y]) {
      for (const { at, share: part } of columns[x]) sum += share * part * image[(c * h + row) * w + at];
    }
    out[i] = sum;
  }
  return out;
}

/** For each of `to` pixels along an axis, the ones of `from` that it covers, and their shares of it. */
const covered = (from: number, to: number) =>
  Array.from({ length: to }, (_, i) => {
    const [start, end] = [(i * from) / to, ((i + 1) * from) / to];
    const first = Math.floor(start);
    return Array.from({ length: Math.ceil(end) - first }, (_, k) => {
      const inside = Math.min(end, first + k + 1) - Math.max(start, first + k);
      return { at: first + k, share: inside / (end - start) };
    });
  });

function checkPreset(name: string, statistics: ImageStatistics | undefined): void {
  const preset = presetNamed(name);
  if (preset.picture) throw new OptionError('presets', `'${name}' starts from a picture of one's own; take another`);
  if (preset.references)
    throw new OptionError('presets', `'${name}' compares with pictures of one unit; render it by itself`);
  if (preset.statistics && !statistics)
    throw new OptionError('statistics', `are needed by the preset '${name}': those of pictures like the net's own`);
}

/** The statistics under the name that studies of the net have for them. */
export const namedStatistics = (
  model: Model,
  statistics: ImageStatistics | undefined,
): Pick<RunOptions, 'statistics'> =>
  statistics ? { statistics: { [model.statistics ?? 'natural']: statistics } } : {};

/** What of a net decides its images. */
export async function aboutOf(model: Model): Promise<readonly unknown[]> {
  return [idOf(await modelHash(model)), model.preprocessing];
}

export function idOf(hash: string | undefined): string {
  if (hash === undefined)
    throw new OptionError('gallery', 'needs crypto.subtle: serve the page by https or from localhost');
  return hash.slice(0, 32);
}

const stepsOf = ({ steps, phases = [] }: Study): number => phases.reduce((sum, phase) => sum + phase.steps, steps);
const workOf = ({ study }: Piece): number => stepsOf(study) * study.seeds.length;

/** By channel, then by place. */
const byPlace = (a: UnitAddress, b: UnitAddress): number =>
  a.channel - b.channel || (a.at?.[0] ?? -1) - (b.at?.[0] ?? -1) || (a.at?.[1] ?? -1) - (b.at?.[1] ?? -1);
