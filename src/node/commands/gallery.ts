// convscope gallery: preferred images of many units, in pieces that can be made on many machines and go on where they were stopped.
import { join } from 'node:path';
import type { Command } from 'commander';
import { OptionError } from '../../core/errors.js';
import type { DeviceTraits } from '../../gpu/context.js';
import type { Model } from '../../graph/model.js';
import { classLayer, galleryPieces, type Piece } from '../../methods/gallery.js';
import { PRESETS, presetFor, presetNamed } from '../../methods/preferred.js';
import type { Preset } from '../../methods/presets/preset.js';
import { checkTakesPictures } from '../../scene/picture.js';
import type { ImageStatistics } from '../../scene/statistics.js';
import type { UnitAddress } from '../../scene/unit.js';
import { searchedLayers } from '../../scene/unitLayers.js';
import { type GalleryPlan, PIECES, planOf, writePlan } from '../gallery/files.js';
import { checkPack, type PackOptions, writePack } from '../gallery/pack.js';
import { mergeGallery } from '../gallery/sheets.js';
import type { Encoding } from '../images.js';
import { makeFolder } from '../outputs.js';
import { requirePackages } from '../packages.js';
import { loadStatistics } from '../statistics.js';
import { type InputOptions, withInputs } from './inputs.js';
import { makeMissing } from './makeMissing.js';
import {
  aboutModel,
  type CommonOptions,
  EXIT,
  integer,
  markOf,
  openDevice,
  openModel,
  partOf,
  printJson,
  warnUnstated,
  withDevice,
  withModel,
} from './shared.js';
import { unitOf } from './units.js';

/** What decides the pictures of a gallery. */
export interface GalleryLine extends CommonOptions, InputOptions {
  readonly layers?: string;
  readonly units: readonly string[];
  readonly presets?: string;
  readonly seeds: string;
  readonly steps?: string;
  readonly statistics?: string;
  readonly contrast: string;
  readonly batch?: string;
}

interface Options extends GalleryLine, EncodingOptions {
  readonly shard?: string;
  readonly out: string;
}

export interface EncodingOptions {
  readonly format: string;
  readonly quality?: string;
  readonly pack?: string;
  readonly top?: string;
}

export function addGallery(program: Command): void {
  const collect = (value: string, before: readonly string[]) => [...before, ...value.split(',')];
  withEncoding(withInputs(withDevice(withModel(program.command('gallery')))))
    .description(
      'make preferred images of many units: sheets, an index and a page; the same command goes on if it was stopped',
    )
    .option(
      '--layers <names>',
      'layers, separated by commas; default: those of --units, or else the scores of the classes',
    )
    .option(
      '--units <units>',
      'channels of each of --layers, as in 0-9,12, or units such as conv5:3 and fc8:fish; default: all of the layers',
      collect,
      [],
    )
    .option(
      '--presets <names>',
      `separated by commas, of ${[...PRESETS.keys()].join(', ')}; spectrum-without-ball is one without a part; default: the one that suits the net`,
    )
    .option('--seeds <list>', 'start images, one picture of each unit for each: 0,1,2', '0')
    .option('--steps <n>', 'steps in place of the presets’ own')
    .option(
      '--statistics <name|file>',
      'of pictures like the net’s own; default: those that belong to the net, or natural',
    )
    .option('--contrast <auto|pixels>', 'stretched around mid-grey, or the very pixels the net saw', 'pixels')
    .option('--batch <n>', 'images at once; default: up to 20, as many as fit into memory')
    .option('--shard <i/n>', 'make only part i of n parts; convscope merge joins them')
    .requiredOption('--out <folder>', 'folder for the pieces, the sheets, index.json and index.html')
    .action(async (spec: string, options: Options) => {
      const { out } = options;
      const encoding = encodingOf(options);
      const shard = options.shard === undefined ? undefined : partOf(options.shard);
      if (shard && options.pack !== undefined)
        throw new OptionError('--pack', 'is made by convscope merge, of all parts');
      const pack = await packOf(options);
      const opened = await openGallery(spec, options);
      const { model, statistics } = opened;
      await requirePackages(['webgpu', 'sharp']);
      await makeFolder('--out', join(out, PIECES));
      using ctx = await openDevice(options);
      const { pieces, plan } = await opened.pieces(ctx.traits);
      await writePlan(out, plan);
      const own = pieces.filter((_, i) => !shard || i % shard.parts === shard.part - 1);
      const made = await makeMissing(ctx, model, own, plan, statistics, options);
      const about = { model: model.name, adapter: ctx.adapterName, out, ...aboutModel(model) };
      const counts = { pieces: own.length, made: made.made, found: made.found };
      if (made.found + made.made < own.length) {
        process.exitCode = EXIT.interrupted;
        if (options.json) printJson({ ...about, ...counts, complete: false });
        else console.log(`${made.found + made.made} of ${own.length} pieces in ${out}; the same command goes on`);
        return;
      }
      if (shard) {
        if (options.json) printJson({ ...about, ...counts, shard: options.shard, complete: true });
        else
          console.log(
            `part ${shard.part} of ${shard.parts}, ${own.length} pieces: ${out}; convscope merge joins the parts`,
          );
        return;
      }
      const { sheets, tiles } = await mergeGallery([out], out, encoding);
      if (pack) await writePack([out], pack, encoding);
      const dead = tiles.filter((tile) => tile.dead).length;
      const index = join(out, 'index.html');
      if (options.json)
        printJson({
          ...about,
          ...counts,
          images: tiles.length - dead,
          dead,
          sheets: sheets.length,
          index,
          complete: true,
        });
      else console.log(`${tiles.length - dead} images${dead > 0 ? `, ${dead} dead units` : ''}: ${index}`);
    });
}

/** A gallery whose line has been checked. */
export interface OpenGallery {
  readonly model: Model;
  readonly statistics: ImageStatistics | undefined;
  /** Its pieces. Without --batch their sizes depend on the device. @throws OptionError without a device and --batch */
  pieces(traits?: DeviceTraits): Promise<{ readonly pieces: readonly Piece[]; readonly plan: GalleryPlan }>;
}

/** Opens the net and finds the units. @throws ModelFileError, OptionError, UnknownNameError, ShapeError */
export async function openGallery(spec: string, options: GalleryLine): Promise<OpenGallery> {
  const { contrast } = options;
  if (contrast !== 'auto' && contrast !== 'pixels')
    throw new OptionError('--contrast', `must be auto or pixels, got '${contrast}'`);
  const model = await openModel(spec, options);
  warnUnstated(model);
  checkTakesPictures(model);
  const units = unitsIn(model, options);
  const presets = [...new Set(listOf(options.presets) ?? [presetFor(model)])].map((name) => presetNamed(name));
  const statistics = await statisticsFor(model, presets, options.statistics);
  return {
    model,
    statistics,
    async pieces(traits) {
      const pieces = await galleryPieces(traits, model, {
        units,
        presets: presets.map(({ name }) => name),
        seeds: options.seeds.split(',').map((seed) => integer('--seeds', seed)),
        ...(options.steps !== undefined && { steps: integer('--steps', options.steps) }),
        ...(statistics && { statistics }),
        ...(options.batch !== undefined && { batch: integer('--batch', options.batch) }),
      });
      const plan = await planOf(model, pieces, {
        contrast,
        presets,
        statistics: statistics?.source,
        mark: markOf(model),
      });
      return { pieces, plan };
    },
  };
}

/** Adds the options for the format of sheets, and for a pack. */
export function withEncoding(command: Command): Command {
  return command
    .option('--format <png|webp>', 'of the sheets', 'png')
    .option('--quality <1-100>', 'of WebP; default: lossless, and 80 in packs')
    .option('--pack <folder>', 'folder for a pack as well, which the toolbox shows in place of computing')
    .option('--top <file>', 'top.json of convscope top, for the pack');
}

export function encodingOf({ format, quality }: EncodingOptions): Encoding {
  if (format !== 'png' && format !== 'webp') throw new OptionError('--format', `must be png or webp, got '${format}'`);
  if (quality === undefined) return { extension: `.${format}` };
  const value = integer('--quality', quality);
  if (!(value >= 1 && value <= 100)) throw new OptionError('--quality', `must be from 1 to 100, got ${value}`);
  if (format === 'png') throw new OptionError('--quality', 'is for webp; png is lossless');
  return { extension: '.webp', quality: value };
}

/** The pack that is asked for. @throws OptionError */
export async function packOf({ pack, top }: EncodingOptions): Promise<PackOptions | undefined> {
  if (pack === undefined) {
    if (top !== undefined) throw new OptionError('--top', 'is for a pack; say its folder with --pack');
    return undefined;
  }
  const options = { pack, ...(top !== undefined && { top }) };
  await checkPack(options);
  return options;
}

/** The statistics that presets need; undefined if none does. @throws UnknownNameError, ModelFileError */
async function statisticsFor(
  model: Model,
  presets: readonly Preset[],
  spec: string | undefined,
): Promise<ImageStatistics | undefined> {
  const needed = presets.some((preset) => preset.statistics);
  return needed || spec !== undefined ? loadStatistics(spec ?? model.statistics ?? 'natural') : undefined;
}

const listOf = (text: string | undefined): readonly string[] | undefined => text?.split(',').map((name) => name.trim());

/** The units that --layers and --units name. @throws OptionError, UnknownNameError, ShapeError */
function unitsIn(model: Model, options: Pick<Options, 'layers' | 'units'>): readonly UnitAddress[] {
  const texts = options.units.map((text) => text.trim());
  const isChannels = (text: string) => /^\d+(-\d+)?$/.test(text);
  const ranges = texts.filter(isChannels);
  const named = texts.filter((text) => !isChannels(text)).map((text) => unitOf(model, text));
  const layers = listOf(options.layers) ?? (named.length > 0 && ranges.length === 0 ? [] : [classLayer(model)]);
  if (layers.length === 0) return named;
  const found = searchedLayers(model, { layers }).layers;
  const all = found.flatMap(({ layer, shape: [C] }) => {
    const channels = ranges.length > 0 ? ranges.flatMap(channelsIn) : Array.from({ length: C }, (_, i) => i);
    return channels.map((channel): UnitAddress => ({ layer, channel }));
  });
  return [...all, ...named];
}

/** `3` or `0-9`. */
function channelsIn(text: string): number[] {
  const [first, last = first] = text.split('-').map(Number);
  if (last < first) throw new OptionError('--units', `${text}: the end of the range is before its start`);
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}
