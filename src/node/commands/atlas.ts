// convscope atlas: what a layer sees, as a map of icons. Its codes and icons are kept in the folder, so that the same command goes on if it was
// stopped, and parts of the icons can be made on many machines.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { ConvscopeError, OptionError } from '../../core/errors.js';
import { type AtlasOptions, atlasCollectors, atlasOf, WHITEN_BY } from '../../methods/atlas.js';
import { iconPieces } from '../../methods/icons.js';
import type { Codes } from '../../scan/codes.js';
import type { Collector } from '../../scan/collector.js';
import { scan } from '../../scan/scan.js';
import { isWhole, readScan, type Scan, scannedOf, writeScan } from '../../scan/state.js';
import { hashOf } from '../../scene/modelHash.js';
import { checkTakesPictures } from '../../scene/picture.js';
import { parseJson } from '../../synthesize/readStudy.js';
import { CODES, iconName, readMap, writeAtlas, writeMap } from '../atlas/files.js';
import { PIECES } from '../gallery/files.js';
import { makeFolder } from '../outputs.js';
import { requirePackages } from '../packages.js';
import { listImages } from '../sources/list.js';
import { packagesFor } from '../sources/names.js';
import { loadStatistics } from '../statistics.js';
import { encodingOf } from './gallery.js';
import { type InputOptions, openPicture, readSideInputs, Skipped, withInputs, withStrict } from './inputs.js';
import { keptScan } from './keptScan.js';
import { makeMissing } from './makeMissing.js';
import { collect } from './parts.js';
import {
  aboutModel,
  type CommonOptions,
  EXIT,
  integer,
  markOf,
  number,
  openDevice,
  openModel,
  partOf,
  printJson,
  warnUnstated,
  withDevice,
  withModel,
} from './shared.js';

interface Options extends CommonOptions, InputOptions {
  readonly layer: string;
  readonly images: readonly string[];
  readonly grids: string;
  readonly least: string;
  readonly border: string;
  readonly neighbours: string;
  readonly minDist: string;
  readonly whiten: string;
  readonly ridge?: string;
  readonly power?: string;
  readonly steps?: string;
  readonly seed: string;
  readonly statistics?: string;
  readonly batch?: string;
  readonly icon: string;
  readonly example: string;
  readonly examples: string;
  readonly format: string;
  readonly quality?: string;
  readonly shard?: string;
  readonly out: string;
}

export function addAtlas(program: Command): void {
  withStrict(withInputs(withDevice(withModel(program.command('atlas')))))
    .description('draw what a layer sees as a map of icons, as a page; the same command goes on if it was stopped')
    .requiredOption('--layer <layer>', 'the layer, in its content after in-place layers')
    .option(
      '--images <source>',
      'pictures: files, folders, list.txt, shards.tar, rows.parquet or world:0-1999; may be repeated (required)',
      collect,
      [],
    )
    .option('--grids <list>', 'squares along each side of the map, one number for each level of detail', '8,16')
    .option('--least <n>', 'activations that a square must hold to be shown', '5')
    .option('--border <n>', 'rows and columns at each edge of the layer’s map that no activation is taken from', '1')
    .option('--neighbours <n>', 'of UMAP: more for the large shape, fewer for detail', '50')
    .option('--min-dist <number>', 'of UMAP: how near activations may come to each other', '0.05')
    .option(
      `--whiten <${WHITEN_BY.join('|')}>`,
      'icons show how a square differs from the mean, or from zero',
      'covariance',
    )
    .option('--ridge <number>', 'added to the diagonal of the covariance, as a share of its mean; default 1')
    .option('--power <number>', 'of the cosine, in what icons raise; default 2')
    .option('--steps <n>', 'of the icons; default 100')
    .option('--seed <n>', 'of the places, the map and the icons’ common start', '0')
    .option(
      '--statistics <name|file>',
      'of pictures like the net’s own; default: those that belong to the net, or natural',
    )
    .option('--batch <n>', 'icons at once; default: up to 20, as many as fit into memory')
    .option('--icon <pixels>', 'longer side of an icon', '64')
    .option('--example <pixels>', 'longer side of an example', '48')
    .option('--examples <n>', 'pictures that are shown for each square', '4')
    .option('--format <png|webp>', 'of the sheets', 'webp')
    .option('--quality <1-100>', 'of WebP; default: lossless')
    .option(
      '--shard <i/n>',
      'make only part i of n parts of the icons; copies of their pieces in one folder are joined by the command without it',
    )
    .requiredOption('--out <folder>', 'folder for the codes, the icons, the sheets, atlas.json and index.html')
    .action(async (spec: string, options: Options) => {
      const { out } = options;
      if (options.images.length === 0) throw new OptionError('--images', 'name pictures, a folder or world:0-1999');
      const wanted = wantedOf(options);
      const encoding = encodingOf(options);
      const shard = options.shard === undefined ? undefined : partOf(options.shard);
      const shown = {
        icon: from('--icon', options.icon, 1),
        example: from('--example', options.example, 1),
        examples: from('--examples', options.examples, 0),
      };
      const model = await openModel(spec, options);
      warnUnstated(model);
      checkTakesPictures(model);
      const { layer, collectors } = atlasCollectors(model, wanted);
      const statistics = await loadStatistics(options.statistics ?? model.statistics ?? 'natural');
      const images = await listImages(options.images);
      await requirePackages(packagesFor(images, true));
      await makeFolder('--out', join(out, PIECES));
      using ctx = await openDevice(options);
      const inputs = await readSideInputs(ctx, model, [layer.layer], options.input);
      const found = await codesIn(out, collectors);
      const skipped = new Skipped(options.strict, images.length);
      let whole = found;
      await keptScan<object>(
        model,
        images.map((id) => ({ id, picture: () => openPicture(id) })),
        {
          file: join(out, CODES),
          bar: process.stderr.isTTY === true && !options.json && !(found && isWhole(found)),
          skipped,
          total: images.length,
          before: found ? scannedOf(found) : 0,
        },
        async (set, { onProgress, ...hooks }) => {
          whole = await scan(ctx, model, set, collectors, {
            ...hooks,
            inputs,
            ...(found && { resume: found }),
            onProgress: (progress) => onProgress({ ...progress, state: () => writeScan(collectors, progress.state()) }),
          });
          return writeScan(collectors, whole);
        },
      );
      const about = { model: model.name, adapter: ctx.adapterName, layer: layer.layer, out, ...aboutModel(model) };
      const unfinished = (what: string) => {
        process.exitCode = EXIT.interrupted;
        if (options.json) printJson({ ...about, complete: false });
        else console.log(`${what} in ${out}; the same command goes on`);
      };
      if (!whole || !isWhole(whole)) {
        unfinished(`${whole ? scannedOf(whole) : 0} of ${images.length} pictures`);
        return;
      }
      skipped.end(images.length);
      const { neighbours, minDist, seed, border } = wanted;
      const states = whole.states as readonly Codes[];
      const key = await hashOf([writeScan(collectors, whole), { neighbours, minDist, seed, border }]);
      const map = key === undefined ? undefined : await readMap(out, key);
      const atlas = await atlasOf(layer, states, { ...wanted, ...(map && { map }) });
      if (!map && key !== undefined)
        await writeMap(
          out,
          key,
          atlas.points.map(({ at }) => at),
        );
      const icons = atlas.levels.flatMap(({ side, cells }) =>
        cells.map((cell) => ({ name: iconName(side, cell), direction: cell.direction })),
      );
      const pieces = await iconPieces(ctx.traits, model, layer.layer, icons, {
        statistics,
        seed,
        ...(options.power !== undefined && { power: number('--power', options.power) }),
        ...(options.steps !== undefined && { steps: integer('--steps', options.steps) }),
        ...(options.batch !== undefined && { batch: integer('--batch', options.batch) }),
      });
      const own = pieces.filter((_, i) => !shard || i % shard.parts === shard.part - 1);
      const made = await makeMissing(ctx, model, own, { contrast: 'pixels' }, statistics, options);
      if (made.found + made.made < own.length) {
        unfinished(`${made.found + made.made} of ${own.length} pieces`);
        return;
      }
      const counts = { pictures: atlas.points.length, pieces: own.length, made: made.made, found: made.found };
      if (shard) {
        if (options.json) printJson({ ...about, ...counts, shard: options.shard, complete: true });
        else console.log(`part ${shard.part} of ${shard.parts}, ${own.length} pieces: ${out}`);
        return;
      }
      const written = await writeAtlas(ctx, model, {
        ...shown,
        out,
        atlas,
        pieces,
        encoding,
        weights: markOf(model),
        open: openPicture,
      });
      if (options.json) {
        const levels = atlas.levels.map(({ side, cells }) => ({ side, cells: cells.length }));
        printJson({ ...about, ...counts, ...written, levels, skipped: skipped.images, complete: true });
      } else {
        const levels = atlas.levels.map(({ side, cells }) => `${cells.length} of ${side}×${side} squares`).join(', ');
        console.log(`${atlas.points.length} activations; ${levels}: ${written.index}`);
      }
    });
}

/** What the options say about the atlas. @throws OptionError */
function wantedOf(options: Options): AtlasOptions & { readonly seed: number } {
  const whiten = WHITEN_BY.find((own) => own === options.whiten);
  if (!whiten) throw new OptionError('--whiten', `must be ${WHITEN_BY.join(' or ')}, got '${options.whiten}'`);
  const ridge = options.ridge === undefined ? undefined : number('--ridge', options.ridge);
  if (ridge !== undefined && !(ridge >= 0)) throw new OptionError('--ridge', `must be a number from 0, got ${ridge}`);
  const minDist = number('--min-dist', options.minDist);
  if (!(minDist >= 0 && minDist <= 1)) throw new OptionError('--min-dist', `must be from 0 to 1, got ${minDist}`);
  return {
    layer: options.layer,
    grids: options.grids.split(',').map((side) => from('--grids', side, 1)),
    least: from('--least', options.least, 1),
    border: from('--border', options.border, 0),
    neighbours: from('--neighbours', options.neighbours, 2),
    minDist,
    whiten,
    ...(ridge !== undefined && { ridge }),
    seed: from('--seed', options.seed, 0),
  };
}

function from(option: string, text: string, least: number): number {
  const value = integer(option, text.trim() === '' ? 'nothing' : text);
  if (value < least) throw new OptionError(option, `must be a whole number from ${least}, got ${value}`);
  return value;
}

/** The codes in a folder, whole or not. @throws OptionError where they are of another atlas */
async function codesIn(
  out: string,
  collectors: readonly Collector<Codes>[],
): Promise<Scan<readonly Collector<Codes>[]> | undefined> {
  const file = join(out, CODES);
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return readScan(collectors, parseJson(text, file));
  } catch (error) {
    if (!(error instanceof ConvscopeError)) throw error;
    throw new OptionError(
      '--out',
      `${out} has codes of another atlas (${error.message}); name another folder, or remove ${CODES}`,
    );
  }
}
