// convscope top: finds the pictures of a set that activate units most, the part of each that the unit sees, and what it
// responds to.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { type RelevanceBy, relevanceToPrediction } from '../../attribute/relevance.js';
import { OptionError } from '../../core/errors.js';
import type { Context } from '../../gpu/context.js';
import type { Model } from '../../graph/model.js';
import { quietUnits } from '../../methods/quietUnits.js';
import { findTopImages, parseTopImages, type TopImages, topOf } from '../../methods/topImages.js';
import { createProjector, type TopProjection } from '../../methods/topProjection.js';
import type { AttributionRule } from '../../parts/kinds.js';
import type { Collector } from '../../scan/collector.js';
import { shardRange } from '../../scan/ranges.js';
import { type ScanOptions, scan } from '../../scan/scan.js';
import { readScan, scannedOf, writeScan } from '../../scan/state.js';
import { type TopK, topK } from '../../scan/topK.js';
import { cropOf, type ProjectionDisplay, projectionPicture } from '../../scene/crop.js';
import type { SetImage } from '../../scene/images.js';
import { createPreprocessor, type HostTensor, type Picture } from '../../scene/input.js';
import { checkTakesPictures } from '../../scene/picture.js';
import { locateUnit, type UnitAddress } from '../../scene/unit.js';
import { searchedLayers, type UnitLayer, unitLayers } from '../../scene/unitLayers.js';
import { parseJson } from '../../synthesize/readStudy.js';
import { enlarge, montage, writePicture } from '../images.js';
import { makeFolder } from '../outputs.js';
import { requirePackages } from '../packages.js';
import { listImages } from '../sources/list.js';
import { packagesFor } from '../sources/names.js';
import { type InputOptions, openPicture, readSideInputs, Skipped, withInputs, withStrict } from './inputs.js';
import { type KeptScan, keptScan } from './keptScan.js';
import { withPlugins } from './parts.js';
import { quietText } from './quietUnits.js';
import { RULES, rulesFrom } from './rules.js';
import {
  aboutModel,
  type CommonOptions,
  EXIT,
  integer,
  marked,
  openDevice,
  openModel,
  partOf,
  printJson,
  table,
  warnUnstated,
  withDevice,
  withModel,
} from './shared.js';
import { UNIT, unitOf } from './units.js';

/** What decides the result of a search. */
export interface SearchOptions extends CommonOptions, InputOptions {
  readonly images: readonly string[];
  readonly layer?: string;
  readonly unit: readonly string[];
  readonly k: string;
  readonly batch?: string;
  readonly by: string;
}

interface Options extends SearchOptions {
  readonly mode: string;
  readonly display: string;
  readonly plugin: readonly string[];
  readonly resume?: boolean;
  readonly shard?: string;
  readonly out: string;
}

/** Default pictures. */
const WORLD = 'world:0-999';
/** The file with the state of the search, and finally its result. */
const STATE = 'top.json';
/** Maximum number of layers without units that the message names. */
const MOST_NAMED = 4;
/** Tiles of a montage are enlarged by a whole factor up to about this many pixels. */
const TILE = 120;

export function addTop(program: Command): void {
  const collect = (value: string, before: readonly string[]) => [...before, ...value.split(',')];
  withPlugins(withStrict(withInputs(withDevice(withModel(program.command('top'))))))
    .description('find the pictures of a set that activate units most, and what the units respond to in them')
    .argument(
      '[images...]',
      `pictures: files, folders, list.txt, shards.tar, rows.parquet, addresses, or the toy world; default ${WORLD}`,
    )
    .option('--images <source>', 'pictures, as in the arguments; may be repeated', collect, [])
    .option('--layer <names>', 'layers to search, separated by commas; default: those of --unit, or else all')
    .option('--unit <units>', `write montages of this unit: ${UNIT}; may be repeated`, collect, [])
    .option('--k <n>', 'pictures per unit', '9')
    .option(
      '--by <activation|relevance|gradient>',
      'rank pictures by how active a unit is, or by what it contributes to the class that the net predicts: by LRP, or as activation times gradient',
      'activation',
    )
    .option('--batch <n>', 'pictures per batch')
    .option('--mode <rules>', RULES, 'deconv')
    .option('--display <signed|norm>', 'colours around mid-grey, or the length over the channels', 'signed')
    .option('--resume', `resume the search in the folder of --out, or use its result if it is finished`)
    .option('--shard <i/n>', 'search only part i of n parts of the set; convscope merge joins the parts')
    .option('--out <folder>', `folder for ${STATE}, which contains all units, and for montages`, 'top')
    .action(async (spec: string, given: string[], options: Options) => {
      const { mode, display } = options;
      const rules = await rulesFrom(mode, options.plugin);
      if (display !== 'signed' && display !== 'norm') {
        throw new OptionError('--display', `must be signed or norm, got '${display}'`);
      }
      const { model, units, layers, without, by, images, k } = await openSearch(spec, given, options);
      if (without.length > 0) {
        const named = without.slice(0, MOST_NAMED).map(({ layer, reason }) => `'${layer}' ${reason}`);
        const more = without.length > MOST_NAMED ? ['and so on; --json lists them all'] : [];
        console.error(`convscope: left out ${without.length} layers without units: ${[...named, ...more].join('; ')}`);
      }
      const shard = options.shard === undefined ? undefined : shardOf(options.shard, images.length);
      const file = join(options.out, shard ? `top-${shard.part}-of-${shard.parts}.json` : STATE);
      const text = options.resume ? await readText(file) : undefined;
      // Montages are pictures, so they need the package even if the input is arrays.
      await requirePackages(packagesFor(images, units.length > 0));
      await makeFolder('--out', options.out);
      using ctx = await openDevice(options);
      const names = layers.map(({ layer }) => layer);
      const inputs = await readSideInputs(ctx, model, names, options.input);
      const skipped = new Skipped(options.strict, images.length);
      const search = { file, skipped, total: images.length, before: 0, bar: process.stderr.isTTY && !options.json };
      const common = { inputs, ...(options.batch !== undefined && { batch: integer('--batch', options.batch) }) };
      if (shard) {
        await searchShard(
          ctx,
          model,
          images,
          shard,
          collectorOf({ layers, k, by }),
          search,
          { ...common, text },
          options,
        );
        return;
      }
      const resume = text === undefined ? undefined : parseTopImages(text);
      const top = await keptScan<TopImages>(
        model,
        setOf(images),
        { ...search, before: resume?.scanned ?? 0 },
        (set, hooks) =>
          findTopImages(ctx, model, set, {
            k,
            ...(by && { by }),
            ...common,
            layers: names,
            ...(resume && { resume }),
            ...hooks,
          }),
      );
      const about = {
        model: model.name,
        adapter: ctx.adapterName,
        state: file,
        scanned: top.scanned,
        skipped: top.skipped ?? [],
        ...aboutModel(model),
      };
      if (!top.complete) {
        process.exitCode = EXIT.interrupted;
        if (options.json) printJson({ ...about, images: images.length, complete: false });
        else
          console.log(`${top.scanned} of ${images.length} pictures; the same line with --resume goes on from ${file}`);
        return;
      }
      skipped.end(images.length);
      const written = await writeUnits(ctx, model, top, units, { mode, rules, display, inputs, out: options.out });
      if (options.json) {
        printJson({
          ...about,
          images: images.length,
          complete: true,
          units: written,
          ...(by ? { by: top.by } : { quiet: quietUnits(top) }),
          without,
        });
        return;
      }
      console.log(`${top.scanned} pictures, ${top.layers.length} layers: ${file}`);
      if (!by) for (const line of quietText(top)) console.log(line);
      for (const { unit, files, top: best } of written) {
        console.log(`${unit}: ${Object.values(files).join(', ')}`);
        console.log(table(best.map((t) => [`  ${t.activation.toPrecision(5)}`, `${t.at.join(',')}`, t.image])));
      }
    });
}

/** What a search is of: all that can be checked before any picture is read. */
export interface Search {
  readonly model: Model;
  /** Those of --unit. */
  readonly units: readonly UnitAddress[];
  readonly layers: readonly UnitLayer[];
  /** Layers that were not named and have no units. */
  readonly without: readonly { readonly layer: string; readonly reason: string }[];
  readonly by: RelevanceBy | undefined;
  readonly k: number;
  /** Names of the pictures. */
  readonly images: readonly string[];
}

/** Opens the net and lists the pictures. @throws ModelFileError, OptionError, UnknownNameError, ShapeError, ImageError */
export async function openSearch(spec: string, given: readonly string[], options: SearchOptions): Promise<Search> {
  const by = byOf(options.by);
  const named = options.layer?.split(',').map((name) => name.trim()) ?? [];
  const model = await openModel(spec, options);
  const units = options.unit.map((text) => unitOf(model, text.trim()));
  const chosen = [...new Set([...named, ...units.map((unit) => unit.layer)])];
  warnUnstated(model);
  checkTakesPictures(model);
  if (by && chosen.length === 0) {
    throw new OptionError('--by', `${options.by} is of layers before the classes; name some with --layer or --unit`);
  }
  // Check this before a search that may take hours.
  const { layers } = searchedLayers(model, chosen.length > 0 ? { layers: chosen } : {});
  const { without } = chosen.length > 0 ? { without: [] } : unitLayers(model);
  for (const unit of units) {
    const layer = layers.find(({ layer }) => layer === unit.layer);
    if (layer) locateUnit(unit, [1, ...layer.shape]);
  }
  const sources = [...given, ...options.images];
  const images = await listImages(sources.length > 0 ? sources : [WORLD]);
  return { model, units, layers, without, by, k: integer('--k', options.k), images };
}

/** What a search collects. */
export const collectorOf = ({ layers, k, by }: Pick<Search, 'layers' | 'k' | 'by'>): Collector<TopK> =>
  topK(layers, { k, ...(by && { read: relevanceToPrediction(by) }) });

/** @throws OptionError */
function byOf(text: string): RelevanceBy | undefined {
  if (text === 'activation') return undefined;
  if (text === 'relevance' || text === 'gradient') return text;
  throw new OptionError('--by', `must be activation, relevance or gradient, got '${text}'`);
}

/** A part of the set, which another machine may search the rest of. */
interface Shard {
  readonly part: number;
  readonly parts: number;
  readonly range: readonly [from: number, to: number];
}

/** `3/7` of `total` pictures. @throws OptionError */
function shardOf(written: string, total: number): Shard {
  const { part, parts } = partOf(written);
  return { part, parts, range: shardRange(total, part, parts) };
}

/** Searches one part of the set into a file of its own. */
async function searchShard(
  ctx: Context,
  model: Model,
  images: readonly string[],
  { part, parts, range }: Shard,
  collector: Collector<TopK>,
  search: KeptScan,
  { text, ...common }: Pick<ScanOptions, 'batch' | 'inputs'> & { readonly text: string | undefined },
  { json }: Options,
): Promise<void> {
  const collectors = [collector] as const;
  const { file, skipped } = search;
  const resume = text === undefined ? undefined : readScan(collectors, parseJson(text, '--resume'));
  const wanted = range[1] - range[0];
  let scanned = resume ? scannedOf(resume) : 0;
  await keptScan<object>(
    model,
    setOf(images),
    { ...search, total: wanted, before: scanned },
    async (set, { onProgress, ...hooks }) => {
      const found = await scan(ctx, model, set, collectors, {
        ...common,
        ...hooks,
        range,
        ...(resume && { resume }),
        onProgress: ({ state, ...progress }) =>
          onProgress({ ...progress, state: () => writeScan(collectors, state()) }),
      });
      scanned = scannedOf(found);
      return writeScan(collectors, found);
    },
  );
  const complete = scanned === wanted;
  if (complete) skipped.end(wanted);
  else process.exitCode = EXIT.interrupted;
  if (json) {
    const about = { model: model.name, adapter: ctx.adapterName, state: file, shard: `${part}/${parts}` };
    printJson({ ...about, scanned, skipped: skipped.images, ...aboutModel(model), images: wanted, complete });
  } else if (complete) console.log(`part ${part} of ${parts}, ${scanned} pictures: ${file}`);
  else console.log(`${scanned} of ${wanted} pictures; the same command with --resume continues from ${file}`);
}

/** Pictures by their names, each decoded when its turn comes. */
export const setOf = (images: readonly string[]): SetImage[] =>
  images.map((id) => ({ id, picture: () => openPicture(id) }));

interface WrittenUnit {
  readonly unit: string;
  readonly files: { readonly max: string; readonly projection: string };
  readonly top: readonly Pick<TopProjection, 'activation' | 'agrees' | 'at' | 'image' | 'region' | 'value'>[];
}

interface WriteOptions {
  /** As it was given: part of the files' names. */
  readonly mode: string;
  readonly rules: readonly AttributionRule[];
  readonly display: ProjectionDisplay;
  readonly inputs: Readonly<Record<string, HostTensor>>;
  readonly out: string;
}

/** Writes two montages per unit: the parts of its top pictures that it sees, and its backpropagation in them. */
async function writeUnits(
  ctx: Context,
  model: Model,
  top: TopImages,
  units: readonly { readonly layer: string; readonly channel: number }[],
  { mode, rules, display, inputs: sides, out }: WriteOptions,
): Promise<WrittenUnit[]> {
  using preprocessor = createPreprocessor(ctx, model);
  const written: WrittenUnit[] = [];
  for (const layer of new Set(units.map((unit) => unit.layer))) {
    using projector = await createProjector(ctx, model, layer, { mode: rules, inputs: sides });
    for (const { channel } of units.filter((unit) => unit.layer === layer)) {
      const best = topOf(top, layer, channel);
      if (best.length === 0) continue;
      const inputs: Float32Array[] = [];
      for (const { image } of best) inputs.push(await preprocessor.read(await openPicture(String(image))));
      const projections = await projector.projectTop(channel, best, inputs);
      const name = join(out, `${layer.replace(/[^\w.-]+/g, '_')}_${String(channel).padStart(4, '0')}`);
      const files = { max: `${name}_max.png`, projection: `${name}_${mode.replace(/[^\w.-]+/g, '_')}.png` };
      const crops = projections.map(({ region }, i) => cropOf(model, inputs[i], region));
      await writePicture(files.max, marked(model, tiled(crops)));
      await writePicture(
        files.projection,
        marked(model, tiled(projections.map(({ gradient }) => projectionPicture(model, gradient, display)))),
      );
      for (const { image, value, activation, agrees } of projections) {
        // The value is another number where pictures were not ranked by activation.
        if (agrees || top.by !== undefined) continue;
        console.error(
          `convscope: ${layer}:${channel} is ${activation} in ${image}, it was ${value} in the search; ` +
            'did the picture or the preprocessing change?',
        );
      }
      const described = projections.map(({ gradient: _, ...rest }) => rest);
      written.push({ unit: `${layer}:${channel}`, files, top: described });
    }
  }
  return written;
}

function tiled(pictures: readonly Picture[]): Picture {
  const [{ width, height }] = pictures;
  const factor = Math.max(1, Math.floor(TILE / Math.max(width, height)));
  return montage(pictures.map((picture) => enlarge(picture, factor)));
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new OptionError('--resume', `cannot read ${path}: ${reason}; without --resume the search starts again`);
  }
}
