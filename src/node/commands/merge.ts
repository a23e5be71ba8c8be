// convscope merge: parts of a search that were made apart, as one.
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { OptionError } from '../../core/errors.js';
import { collectorsIn, isDissection, scanOfDissection } from '../../methods/dissectionParts.js';
import { quietUnits } from '../../methods/quietUnits.js';
import { topImagesOf } from '../../methods/topImages.js';
import type { Collector } from '../../scan/collector.js';
import { missingFrom } from '../../scan/ranges.js';
import { mergeScans, readScan, type Scan, scannedOf, writeScan } from '../../scan/state.js';
import { type TopK, topKOf } from '../../scan/topK.js';
import { parseJson } from '../../synthesize/readStudy.js';
import { writePack } from '../gallery/pack.js';
import { mergeGallery } from '../gallery/sheets.js';
import { makeFolder, writeWhole } from '../outputs.js';
import { requirePackages } from '../packages.js';
import { type EncodingOptions, encodingOf, packOf, withEncoding } from './gallery.js';
import { quietText } from './quietUnits.js';
import { EXIT_CODES, printJson } from './shared.js';

type TopScan = Scan<readonly [Collector<TopK>]>;

interface Options extends EncodingOptions {
  readonly out?: string;
  readonly json?: boolean;
}

export function addMerge(program: Command): void {
  withEncoding(program.command('merge'))
    .description('join the parts that convscope top, dissect or gallery wrote with --shard, given in any order')
    .argument(
      '<parts...>',
      'the files of all parts of a search or a dissection, or the folders of all parts of a gallery',
    )
    .option(
      '--out <folder>',
      'folder for top.json (default: top), from which convscope top --resume makes montages; for thresholds.json or overlaps.json of a dissection (default: dissection); or for the sheets of a gallery (default: the first of its folders)',
    )
    .option('--json', 'print the result as JSON')
    .addHelpText('after', EXIT_CODES)
    .action(async (files: string[], options: Options) => {
      const { json } = options;
      if ((await stat(files[0]).catch(() => undefined))?.isDirectory()) {
        await joinGallery(files, options);
        return;
      }
      const read = await Promise.all(files.map(readFileOf));
      if (read.some(({ data }) => isDissection(data))) {
        await joinDissection(read, options);
        return;
      }
      const { out = 'top' } = options;
      const parts = read.map(partOfSearch);
      const [{ k, layers, collector, mark }] = parts;
      const merged = parts
        .map(({ file, data }) => naming(file, () => readScan([collector] as const, data)))
        .reduce((a, b, i) => naming(files[i], () => mergeScans([collector] as const, a, b)));
      checkWhole(merged);
      const top = topImagesOf(merged, k, layers);
      await makeFolder('--out', out);
      const file = join(out, 'top.json');
      await writeWhole(file, JSON.stringify({ ...top, ...mark }));
      if (json) {
        const { model, scanned, skipped = [] } = top;
        printJson({ model, state: file, parts: files, scanned, skipped, ...(!top.by && { quiet: quietUnits(top) }) });
        return;
      }
      console.log(`${top.scanned} pictures, ${layers.length} layers: ${file}`);
      if (!top.by) for (const line of quietText(top)) console.log(line);
    });
}

/** Joins the folders of a gallery's parts. */
async function joinGallery(folders: readonly string[], { out = folders[0], json, ...format }: Options): Promise<void> {
  const encoding = encodingOf(format);
  const pack = await packOf(format);
  await requirePackages(['sharp']);
  const { model, tiles, sheets } = await mergeGallery(folders, out, encoding);
  if (pack) await writePack(folders, pack, encoding);
  const dead = tiles.filter((tile) => tile.dead).length;
  const index = join(out, 'index.html');
  if (json)
    printJson({ model: model.name, parts: folders, images: tiles.length - dead, dead, sheets: sheets.length, index });
  else console.log(`${tiles.length - dead} images${dead > 0 ? `, ${dead} dead units` : ''}: ${index}`);
}

interface PartFile {
  readonly file: string;
  readonly data: Readonly<Record<string, unknown>>;
}

async function readFileOf(file: string): Promise<PartFile> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new OptionError('merge', `cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  return { file, data: naming(file, () => parseJson(text, 'merge')) };
}

/** A part of a search, and how it was collected. */
function partOfSearch({ file, data }: PartFile) {
  return naming(file, () => {
    const [first] = collectorsIn(data);
    if (first?.options === undefined) {
      throw new OptionError(
        'merge',
        'it is no part of a search; give files that convscope top --shard or convscope dissect --shard wrote',
      );
    }
    return { file, data, ...topKOf(first.options), mark: marksIn(data) };
  });
}

const marksIn = ({ weights }: PartFile['data']) => (typeof weights === 'string' ? { weights } : {});

/** Joins the parts of one of a dissection's scans. */
async function joinDissection(parts: readonly PartFile[], { out = 'dissection', json }: Options): Promise<void> {
  const [{ data: first, file: from }] = parts;
  const kind = naming(from, () => scanOfDissection(first));
  const merged = parts
    .map(({ file, data }) => naming(file, () => readScan(kind.collectors, data)))
    .reduce((a, b, i) => naming(parts[i].file, () => mergeScans(kind.collectors, a, b)));
  checkWhole(merged);
  await makeFolder('--out', out);
  const file = join(out, `${kind.name}.json`);
  await writeWhole(file, JSON.stringify({ ...writeScan(kind.collectors, merged), ...marksIn(first) }));
  const names = parts.map((part) => part.file);
  if (json) printJson({ model: merged.model.name, state: file, parts: names, scanned: scannedOf(merged) });
  else console.log(`${scannedOf(merged)} pictures: ${file}`);
}

/** Names the file in what is wrong with it. */
function naming<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof OptionError) throw new OptionError(file, error.message);
    throw error;
  }
}

function checkWhole({ total, ranges }: Pick<TopScan, 'total' | 'ranges'>): void {
  const missing = total === undefined ? [] : missingFrom(ranges, total);
  if (total !== undefined && missing.length === 0) return;
  const told = missing.map(([from, to]) => (to === from + 1 ? `${from}` : `${from} to ${to - 1}`)).join(', ');
  throw new OptionError(
    'merge',
    `pictures ${told} of ${total} are in none of the parts; search them too, and give all parts`,
  );
}
