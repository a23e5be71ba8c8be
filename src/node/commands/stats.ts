// convscope stats: what the pictures of a set have in common, which preferred images start from and follow.
import { basename } from 'node:path';
import type { Command } from 'commander';
import { OptionError } from '../../core/errors.js';
import { fitSpectrum } from '../../core/spectrumFit.js';
import { writeStatistics } from '../../importers/index.js';
import { type ImageStatisticsOptions, imageStatistics } from '../../scan/imageStatistics.js';
import { imageShape } from '../../scene/input.js';
import { loadModel } from '../models.js';
import { checkWritable, writeWhole } from '../outputs.js';
import { requirePackages } from '../packages.js';
import { listImages } from '../sources/list.js';
import { isFile, packagesFor } from '../sources/names.js';
import { openPicture, Skipped, withStrict } from './inputs.js';
import { progressBar } from './progressBar.js';
import { EXIT_CODES, integer, number, openDevice, printJson, showNotes, withDevice } from './shared.js';

interface Options {
  readonly images: readonly string[];
  readonly size?: string;
  readonly coarse: string;
  readonly share: string;
  readonly components?: string;
  readonly smooth?: boolean;
  readonly fit?: string;
  readonly source?: string;
  readonly batch?: string;
  readonly strict?: boolean;
  readonly json?: boolean;
  readonly adapter?: string;
  readonly out: string;
}

export function addStats(program: Command): void {
  const collect = (value: string, before: readonly string[]) => [...before, value];
  withStrict(withDevice(program.command('stats')))
    .description('statistics of a set of pictures, which preferred images start from and follow')
    .argument('[model]', 'a net: the pictures are brought to what it takes')
    .option(
      '--images <source>',
      'pictures: a file, a folder, list.txt, shards.tar, rows.parquet, or world:0-1999; may be repeated (required)',
      collect,
      [],
    )
    .option('--size <HxW>', 'rows and columns that the pictures are brought to; default: those of the net')
    .option('--coarse <HxW>', 'rows and columns of the coarse pictures', '8x8')
    .option('--share <number>', 'share of the coarse pictures’ variance that is kept', '0.999')
    .option('--components <n>', 'most directions of the coarse pictures that are kept')
    .option('--smooth', 'store a smooth fit of the magnitude in place of that of each frequency: a small file')
    .option('--fit <crop|stretch>', 'how to fit a picture of another shape; default: the net’s way, or crop')
    .option('--source <text>', 'where the pictures come from; default: the names in --images')
    .option('--batch <n>', 'pictures per batch, which changes no number')
    .requiredOption('--out <file>', 'file to write: name.statistics.safetensors')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', EXIT_CODES)
    .action(async (spec: string | undefined, options: Options) => {
      if (options.images.length === 0) throw new OptionError('--images', 'name pictures, a folder or world:0-1999');
      await checkWritable('--out', options.out);
      const { fit, background, ...net } = await netOf(spec, options);
      const size = options.size === undefined ? net.size : sizeOf('--size', options.size);
      if (!size) throw new OptionError('--size', 'say rows and columns, as in 64x64, or name a net');
      const coarse = sizeOf('--coarse', options.coarse);
      const share = number('--share', options.share);
      const components = options.components === undefined ? undefined : integer('--components', options.components);
      const batch = options.batch === undefined ? undefined : integer('--batch', options.batch);
      const images = await listImages(options.images);
      await requirePackages(packagesFor(images));
      using ctx = await openDevice({ ...(options.adapter !== undefined && { adapter: options.adapter }) });
      const skipped = new Skipped(options.strict, images.length);
      const interrupt = new AbortController();
      const stop = () => interrupt.abort();
      process.once('SIGINT', stop);
      const bar = progressBar('{bar} {percentage} %  {eta_formatted} left', !options.json);
      bar.start(2 * images.length, 0);
      try {
        const statistics = await imageStatistics(
          ctx,
          images.map((id) => ({ id, picture: () => openPicture(id) })),
          {
            size,
            coarse,
            share,
            source: options.source ?? options.images.map((source) => nameOf(source)).join(', '),
            fit,
            ...(background && { background }),
            ...(components !== undefined && { components }),
            ...(batch !== undefined && { batch }),
            signal: interrupt.signal,
            onProgress: ({ done }) => bar.update(done),
            onUnreadable: (image, error) => skipped.add(String(image), error),
          },
        );
        bar.stop();
        skipped.end(images.length);
        const fitted = options.smooth ? fitSpectrum(statistics.magnitude, size) : undefined;
        const bytes = writeStatistics(statistics, {
          ...(fitted && { fit: fitted }),
          notes: { command: lineOf(spec, options) },
        });
        await writeWhole(options.out, bytes);
        const rank = statistics.coarse.factor.length / statistics.coarse.mean.length;
        if (options.json) {
          printJson({
            out: options.out,
            bytes: bytes.length,
            adapter: ctx.adapterName,
            source: statistics.source,
            pictures: statistics.count,
            skipped: skipped.images,
            size,
            mean: [...statistics.mean],
            covariance: [...statistics.covariance],
            coarse: { size: coarse, directions: rank },
            ...(fitted && { fit: { error: fitted.error } }),
          });
          return;
        }
        const colour = [...statistics.mean].map((value) => value.toFixed(3)).join(', ');
        console.log(`${statistics.count} pictures of ${size.join('x')}: ${options.out}`);
        console.log(`mean colour ${colour}; coarse pictures of ${coarse.join('x')} in ${rank} directions`);
        if (fitted) {
          const errors = fitted.error.map((error) => `${(100 * error).toFixed(1)} %`).join(', ');
          console.log(`the magnitude’s fit differs by ${errors} (root mean square, for each colour)`);
        }
      } finally {
        process.removeListener('SIGINT', stop);
        bar.stop();
      }
    });
}

type NetOf = Partial<Pick<ImageStatisticsOptions, 'size' | 'background'>> &
  Required<Pick<ImageStatisticsOptions, 'fit'>>;

/** What the net takes: the size and how pictures are fitted into it. */
async function netOf(spec: string | undefined, { fit }: Options): Promise<NetOf> {
  if (fit !== undefined && fit !== 'crop' && fit !== 'stretch')
    throw new OptionError('--fit', `must be crop or stretch, got '${fit}'`);
  if (spec === undefined) return { fit: fit ?? 'crop' };
  const model = await loadModel(spec);
  showNotes(model);
  const [, H, W] = imageShape(model);
  const { preprocessing } = model;
  return {
    size: [H, W],
    fit: fit ?? preprocessing.fit,
    ...(preprocessing.background && { background: preprocessing.background }),
  };
}

/** A folder's path on this machine is nobody else's business. */
const nameOf = (source: string): string => (isFile(source) ? basename(source) : source);

/** The line that makes the file again, with folders and files by their own names. */
function lineOf(
  spec: string | undefined,
  { images, size, coarse, share, components, smooth, fit, source }: Options,
): string {
  const told = { size, coarse, share, components, fit };
  return [
    'convscope stats',
    ...(spec === undefined ? [] : [nameOf(spec)]),
    ...images.map((one) => `--images ${nameOf(one)}`),
    ...Object.entries(told).flatMap(([name, value]) => (value === undefined ? [] : [`--${name} ${value}`])),
    ...(smooth ? ['--smooth'] : []),
    ...(source === undefined ? [] : [`--source '${source}'`]),
  ].join(' ');
}

function sizeOf(option: string, text: string): readonly [rows: number, columns: number] {
  const [, rows, columns] = /^([1-9]\d{0,4})[x×]([1-9]\d{0,4})$/i.exec(text.trim()) ?? [];
  if (rows === undefined) throw new OptionError(option, `must be rows x columns, as in 64x64, got '${text}'`);
  return [Number(rows), Number(columns)];
}
